"""The deployment program on the local AWS, where it cannot be deployed."""

from unittest import mock

import pytest

from deploy import package
from local.aws.deploy import deploy
from local.processes import LocalError
from tests.support.mocked_pulumi import closing_event_loops

# pulumi_aws warns of parts of itself as soon as it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")


def test_a_package_that_cannot_be_built_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    build = mock.Mock(side_effect=package.PackageError("package: the package index cannot be reached"))
    monkeypatch.setattr(package, "build", build)

    with closing_event_loops(), pytest.raises(LocalError, match=r"^package: the package index cannot be reached$"):
        deploy(mock.Mock(), {"accessToken": "genie-key"})


def test_a_setting_that_makes_no_sense_is_told_in_a_sentence() -> None:
    with closing_event_loops(), pytest.raises(LocalError, match=r"^stageName takes "):
        deploy(mock.Mock(), {"accessToken": "genie-key", "stageName": "a b"})

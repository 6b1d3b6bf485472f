"""Deployments to the local AWS that fail."""

from unittest import mock

import pytest

from deploy import package
from local.aws.deploy import deploy
from local.processes import LocalError
from tests.support.mocked_pulumi import closing_event_loops

# pulumi_aws warns about parts of itself on import.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")


def test_failed_package_build_raises_a_local_error(monkeypatch: pytest.MonkeyPatch) -> None:
    build = mock.Mock(side_effect=package.PackageError("package: the package index cannot be reached"))
    monkeypatch.setattr(package, "build", build)

    with closing_event_loops(), pytest.raises(LocalError, match=r"^package: the package index cannot be reached$"):
        deploy(mock.Mock(), {"accessToken": "genie-key"})


def test_invalid_setting_raises_a_local_error() -> None:
    with closing_event_loops(), pytest.raises(LocalError, match=r"^stageName takes "):
        deploy(mock.Mock(), {"accessToken": "genie-key", "stageName": "a b"})

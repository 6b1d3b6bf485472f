"""Made-up people, and what holds them, for the tests of the rules."""

from service.model import Delay, Escalation, Named, Participant, Person, Rotation, Rule

HARI = Person("id-hari", "hari@example.com")
KOFI = Person("id-kofi", "kofi@example.com")
ANNA = Participant("user", id="id-anna", username="anna@example.com")
LEAVER = Participant("user", id="id-hari", username="hari@example.com")
SUCCESSOR = Participant("user", id="id-kofi", username="kofi@example.com")
TEAM = Participant("team", id="id-team", name="Data")
LADDER = Participant("escalation", id="id-ladder", name="Ladder")
PLAN_B = Participant("schedule", id="id-plan-b", name="Plan B")
NOBODY = Participant("none")
NAMED_HARI, NAMED_KOFI = Named("id-hari", "hari@example.com"), Named("id-kofi", "kofi@example.com")


def rotation(*participants: Participant) -> Rotation:
    """Make a rotation of these."""
    return Rotation("id-rotation", "Days", Named("id-schedule", "Payments"), participants)


def escalation(*recipients: Participant) -> Escalation:
    """Make an escalation to these, one a minute."""
    rules = [
        Rule("if-not-acked", "default", Delay(minutes, "minutes"), recipient, source={"minutes": minutes})
        for minutes, recipient in enumerate(recipients)
    ]
    return Escalation("id-escalation", "Ladder", tuple(rules))

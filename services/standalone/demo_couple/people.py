"""Who are the two? Noor in Amsterdam and Sam in Lisbon: invented, with passwords that everybody may know."""

from dataclasses import dataclass

from twolamps.scheduling.v1.scheduling_pb2 import Window

WEEKDAYS = range(1, 6)
SATURDAY, SUNDAY = 6, 7


@dataclass(frozen=True, slots=True)
class Account:
    """One of the two, as they sign up and in; `likes` are the hours they like to spend together, by weekday."""

    name: str
    mail: str
    password: str
    zone: str
    pronouns: str
    likes: dict[int, tuple[str, str]]

    @property
    def windows(self) -> list[Window]:
        """Their preferred windows."""
        return [Window(weekday=day, start=start, end=end) for day, (start, end) in self.likes.items()]


NOOR = Account(
    "Noor", "noor@example.org", "noor-lights-a-lamp", "Europe/Amsterdam", "she/her",
    {**dict.fromkeys(WEEKDAYS, ("19:00", "22:30")), SATURDAY: ("10:00", "13:00"), SUNDAY: ("10:00", "22:00")},
)  # fmt: skip
SAM = Account(
    "Sam", "sam@example.org", "sam-lights-a-lamp", "Europe/Lisbon", "he/him",
    {**dict.fromkeys(WEEKDAYS, ("18:30", "22:00")), SATURDAY: ("09:00", "12:30"), SUNDAY: ("11:00", "21:00")},
)  # fmt: skip
BOTH = (NOOR, SAM)

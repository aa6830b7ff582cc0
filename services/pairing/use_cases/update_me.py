"""UpdateMe: change my profile."""

from dataclasses import dataclass, replace

from pairing.defaults import LOCALE
from pairing.domain.people import Me, checked_line, checked_name, checked_zone
from pairing.store.people import load_me, save_profile
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class UpdateMe:
    """Change what is present; None is absent."""

    display_name: str | None
    pronouns: str | None
    zone: str | None
    locale: str | None


async def update_me(command: UpdateMe, tx: Transaction) -> Me:
    """My profile after the change. Raises NameUnreadable, UnknownZone."""
    me = await load_me(tx)
    if command.display_name is not None:
        me = replace(me, display_name=checked_name(command.display_name))
    if command.pronouns is not None:
        me = replace(me, pronouns=checked_line(command.pronouns, "pronouns"))
    if command.zone is not None:
        me = replace(me, zone=checked_zone(command.zone))
    if command.locale is not None:
        me = replace(me, locale=command.locale or LOCALE)
    await save_profile(tx, me)
    return me

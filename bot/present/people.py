"""People, and what they did; pure, times are given."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.present.buttons import press, rows
from bot.present.lists import listing
from bot.reply import Reply, Style, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.strangers import Stranger
    from core.people import AuditEntry, Membership, Role


def stranger_note(stranger: Stranger, t: Words) -> Reply:
    """Return what the admins are told of a stranger, with buttons to let him in."""
    who, there = stranger.platform_id, f"space={stranger.space}"  # admins are told on the stranger's own platform
    buttons = rows(
        (
            press(t("button.viewer"), f"grant {who} viewer {there}"),
            press(t("button.operator"), f"grant {who} operator {there}", style=Style.GOOD),
            press(t("button.ignore"), f"ignore {who} {there}"),
        )
    )
    known_as = f"@{stranger.username}, {stranger.platform_id}" if stranger.username else stranger.platform_id
    note = t("stranger.note", name=stranger.name, id=known_as)
    data = {"platform": stranger.platform, "id": stranger.platform_id, "name": stranger.name}
    return Reply((Text(f"👤 {note}", strong=True),), buttons, data=data)


def users(members: Sequence[Membership], roles: Mapping[str, Role], configured: Sequence[str], t: Words) -> Reply:
    """Return who may do what. `roles` are platform roles by `platform:id`, `configured` admins likewise."""
    lines = [_member_line(member, t) for member in members]
    lines += [t("users.platform_role", name=name, role=t(f"role.{role}")) for name, role in roles.items()]
    lines += [f"{name} · {t('role.admin')} · {t('users.configured')}" for name in configured]
    data = {
        "users": [
            {"id": m.person.id, "platform": m.person.platform, "platform_id": m.person.platform_id}
            | {"name": m.person.name, "role": m.role.value, "limit": m.person.limit}
            for m in members
        ]
    }
    if not lines:
        return Reply((Text(t("users.none"), strong=True), Text(t("next.user"))), private=True, data=data)
    return Reply(listing(f"👥 {t('users.title', n=len(members))}", lines, t), private=True, data=data)


def _member_line(member: Membership, t: Words) -> str:
    person = member.person
    limit = "" if person.limit is None else f" · {t('users.limit', n=person.limit)}"
    known_as = f"@{person.username}, " if person.username else ""
    known_as += f"{person.platform}:{person.platform_id}"
    line = t("users.line", name=person.name, id=known_as, role=t(f"role.{member.role}"))
    return line + limit


def audit(entries: Sequence[AuditEntry], t: Words, now: datetime) -> Reply:
    """Return who changed what, newest first."""
    data = {"audit": [{**asdict(entry), "at": entry.at.isoformat()} for entry in entries]}
    if not entries:
        return Reply((Text(t("audit.none"), strong=True),), private=True, data=data)
    lines = [_audit_line(entry, t, now) for entry in entries]
    return Reply(listing(f"📒 {t('audit.title')}", lines, t), private=True, data=data)


def _audit_line(entry: AuditEntry, t: Words, now: datetime) -> str:
    what = " ".join(filter(None, (entry.action, entry.subject, entry.detail)))
    where = t("audit.in_chat", platform=entry.via, chat=entry.chat) if entry.chat else entry.via
    return t("audit.line", at=t.moment(entry.at, now), who=f"{entry.user_name} ({where})", what=what)

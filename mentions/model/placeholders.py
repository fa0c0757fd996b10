"""Placeholder authors: names that sources and exports write where they do not know the author."""

from __future__ import annotations

from typing import Final

_NAMES: Final = frozenset(
    {
        *("", "-", "?", "n/a", "nan", "nil", "none", "null", "undefined", "unknown", "user", "guest"),
        *("anonymous", "anonymous user", "anonyme", "anonym", "anonimo", "anónimo", "anônimo", "inconnu", "unbekannt"),
        *("deleted", "removed", "deleted user", "deleted account", "account deleted", "utilisateur supprimé"),
        *("facebook user", "utilisateur facebook", "utilisateur de facebook", "facebook-nutzer", "usuario de facebook"),
        *("usuário do facebook", "utente di facebook", "instagram user", "utilisateur instagram", "twitter user"),
        *("a google user", "google user", "un utilisateur de google", "utilisateur de google", "ein google-nutzer"),
        *("un usuario de google", "um usuário do google", "un utente google", "amazon customer", "client d'amazon"),
        *("amazon-kunde", "kindle customer", "a tripadvisor member", "utente facebook", "reddit user", "na", "#n/a"),
    }
)
_AROUND: Final = "[]()<>{}@ \t\n\r\u00a0"


def is_placeholder(name: str) -> bool:
    """Return whether a name stands for an unknown author.

    >>> [is_placeholder(name) for name in ("[deleted]", "A Google user", "nan", " ", "Nan Goldin")]
    [True, True, True, True, False]
    """
    return name.strip(_AROUND).lower().replace("\u2019", "'") in _NAMES

"""Settings of the threshold editor in the language of the page: labels, descriptions, units and choices."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from detectors import registry
from tocsin.web.editor.fields import sections
from tocsin.web.locales import setting_names_fr, settings_fr

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from tocsin.web.editor.fields import Field, Section


@cache
def sections_in(language: Language) -> tuple[Section, ...]:
    """Return all sections in a language; English is that of the models, which is not translated."""
    if language == "en":
        return sections()
    return tuple(
        section._replace(
            description=settings_fr.DESCRIPTIONS.get(section.description) or _detector(section.name) or "",
            fields=tuple(map(_in_french, section.fields)),
        )
        for section in sections()
    )


def _in_french(field: Field) -> Field:
    detector, name = _detector(field.section), setting_names_fr.NAMES[field.path.rpartition(".")[2]]
    return field._replace(
        label=f"{detector}\u00a0: {name}" if detector else name[:1].upper() + name[1:],
        description=settings_fr.DESCRIPTIONS[field.description],
        unit=setting_names_fr.UNITS[field.unit] if field.unit else "",
        choice_names=tuple(setting_names_fr.CHOICES[choice] for choice in field.choices),
    )


def _detector(section: str) -> str | None:
    """Return the French label of the detector that a section is of; None where it is of none."""
    return registry.label(section.rpartition(".")[2], "fr")

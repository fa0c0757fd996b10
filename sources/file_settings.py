"""Settings of the files in a folder: what they do not say themselves, as the options of `tocsin ingest` state it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from mentions.readers.options import ReadOptions

_Short = Annotated[str, Field(max_length=80)]


class FileSettings(BaseModel):
    """What is stated about files; what is left out is found out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, Annotated[str, Field(max_length=500)]] = Field(
        default={},
        description="Fields and their columns or paths, as with --map: {text: body, published_at: date}. [map]",
    )
    preset: _Short = Field(default="", description="The tool that they come from, as with --from: brandwatch …")
    encoding: _Short = Field(default="", description="Such as cp1252.")
    timezone: _Short = Field(default="", description="Of times without an offset: Europe/Paris, UTC or +02:00.")
    date_format: _Short = Field(default="", description="Of dates in figures: dd/mm/yyyy, mm/dd/yyyy, excel.")
    skip_lines: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Lines before the header; left out: found out. [lines]"
    )
    decimal: _Short = Field(default="", description="Decimal sign of numbers: . or ,")
    sheet: _Short = Field(default="", description="Sheet of a workbook: its name or number.")

    @model_validator(mode="after")
    def _understood(self) -> Self:
        from mentions.readers.fields.field_map import MENTION, check_fields  # noqa: PLC0415  needed by few
        from mentions.readers.formats.file_context import check_options  # noqa: PLC0415

        if self != FileSettings.model_construct():
            check_options(self.read_options())
            check_fields(self.columns, MENTION)
        return self

    def read_options(self) -> ReadOptions:
        """Return them as readers take them; ids that do not tell posts apart are an error."""
        from mentions.readers.options import ReadOptions  # noqa: PLC0415

        return ReadOptions(
            encoding=self.encoding,
            timezone=self.timezone,
            date_format=self.date_format,
            skip_lines=self.skip_lines,
            decimal=self.decimal,
            sheet=self.sheet,
            preset=self.preset,
            ids="stop",
        )

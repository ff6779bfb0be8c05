"""Help with headings, for commands with more options than a person reads in one go."""

from __future__ import annotations

import click


class SectionedCommand(click.Command):
    """Shows its options under headings: `sections` maps a heading to names of parameters, the rest comes first."""

    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        placed = {name: heading for heading, names in self.sections for name in names}
        rows: dict[str, list[tuple[str, str]]] = {"Options": []}
        rows |= {heading: [] for heading, _ in self.sections}
        for param in self.get_params(ctx):
            if (record := param.get_help_record(ctx)) is not None:
                rows[placed.get(param.name or "", "Options")].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

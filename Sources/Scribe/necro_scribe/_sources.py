"""All the files of SQL of a project."""

from dataclasses import dataclass, field

from necro_scribe._files import SchemaStatement, read_schema, read_source, sql_files
from necro_scribe._names import method_name
from necro_scribe._problems import Problem, SourceFile
from necro_scribe._queries import Query, read_query_file
from necro_scribe._settings import Settings

__all__ = ["Sources", "read_schema_files", "read_sources"]


@dataclass(slots=True)
class Sources:
    """What was read of the project's files."""

    files: list[SourceFile] = field(default_factory=list[SourceFile])
    schema: list[SchemaStatement] = field(default_factory=list[SchemaStatement])
    queries: list[Query] = field(default_factory=list[Query])
    problems: list[Problem] = field(default_factory=list[Problem])


def read_sources(settings: Settings) -> Sources:
    """Reads everything the settings name."""
    sources = Sources()
    problems = sources.problems
    read_schema_files(settings, sources)
    for path in sql_files(settings.folder, settings.queries, problems):
        source = read_source(settings.folder, path, problems)
        if source is not None:
            sources.files.append(source)
            sources.queries += read_query_file(source, problems)
    _check_methods(sources.queries, problems)
    return sources


def _check_methods(queries: list[Query], problems: list[Problem]) -> None:
    """Two queries of different names may have the same method, and one may have that of a file
    before."""
    seen: dict[str, Query] = {}
    for query in queries:
        name = method_name(query.name)
        other = seen.setdefault(name, query)
        if other is not query:
            line, _ = other.source.place(other.offset)
            problems.append(
                Problem(
                    f"{query.name} would be the method {name}, which {other.name} of"
                    f" {other.source.name}:{line} is",
                    query.source,
                    query.offset,
                )
            )


def read_schema_files(settings: Settings, sources: Sources) -> None:
    """Reads the schema alone."""
    for path in sql_files(settings.folder, settings.schema, sources.problems):
        source = read_source(settings.folder, path, sources.problems)
        if source is not None:
            sources.files.append(source)
            sources.schema += read_schema(source, sources.problems)

"""Reads that Django's ORM compiles once.

Most of the time of a small read goes into building its SQL, which is the same in every call. So a ``Read`` has the ORM
compile its queryset once for each database and shape, and keeps the statement. Each call executes it with new values on
Django's cursor, as the ORM does: transactions, routers, instrumentation and the handling of connections stay. Rows are
tuples with the converters of their fields; no model objects are made.

    REPOSITORY = Read(lambda **by: Repository.objects.filter(**by).values_list("id", "name"), NamedTupleOfBoth)
    row = REPOSITORY.first(id=7, organization_id=1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Expression
from django.db.models.expressions import ExpressionList
from django.db.models.sql import Query

Row = TypeVar("Row")
Value = TypeVar("Value")
Values = Sequence[Any]

# How many statements a read keeps. If callers cause more shapes, all are dropped and compiled again.
MOST_STATEMENTS = 100
# How many rows a ``ByRow`` keeps for a database. If callers read more, all are dropped.
MOST_ROWS = 2000
# A row is not kept if its texts, and what was made of it, are longer, in characters and bytes together.
LONGEST_ROW = 1000


class Parameter(Expression):
    """Represents in a queryset a value that each execution gives."""

    #: The column with which it is compared. It prepares the value.
    field: Any = None

    def __init__(self, name: str, index: int | None = None) -> None:
        super().__init__()
        self.name = name
        #: Its position, if the value is a list.
        self.index = index

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)

    def prepared(self, values: Mapping[str, Any], connection: Any) -> Any:
        value = values[self.name]
        if self.index is not None:
            value = value[self.index]
        return self.field.get_db_prep_value(value, connection)


class Read(Generic[Row]):
    """A query, and the function that makes a row of the selected columns.

    ``build`` returns a queryset that ends with ``values_list``, for those of its keyword arguments that are given.
    Annotated columns come last. It is also called with real values, but must not depend on them: the statement may
    depend only on their names, on which are None, and on the length of lists. A list is a tuple.
    """

    def __init__(self, build: Callable[..., Any], make: Callable[..., Row], *, keeps: bool = False) -> None:
        """``keeps``: whether ``first`` may return the object that it made when it last read the same values. Nothing
        may change these objects."""
        self.build = build
        self.make = make
        self._kept: ByRow[Row] | None = ByRow() if keeps else None
        self._model: Any = None
        self._statements: dict[Any, _Statement | None] = {}

    def __call__(self, limit: int | None = None, **values: Any) -> list[Row]:
        """The rows, at most ``limit`` of them. One query."""
        found = self.fetch(limit, values)
        return [self.make(*row) for row in found.converted(found.rows)]

    def fetch(self, limit: int | None, values: Mapping[str, Any]) -> Fetched:
        """The rows as the driver gives them. One query."""
        if self._model is None:
            self._model = self.build(**values).model
        connection = connections[router.db_for_read(self._model)]
        shape = (connection.alias, connection.vendor, *[(name, _kind(value)) for name, value in values.items()])
        try:
            statement = self._statements[shape]
        except KeyError:
            statement = self._compile(shape, values, connection)
        return Fetched([] if statement is None else statement.rows(connection, limit, values), statement, connection)

    def first(self, **values: Any) -> Row | None:
        """The first row. None if there is none. One query."""
        found = self.fetch(1, values)
        if not found.rows:
            return None
        if self._kept is None:
            return self.made(found, 0)
        kept = self._kept.of(found)
        row = kept.get(found.rows[0])
        if row is None:
            row = self.made(found, 0)
            self._kept.keep(kept, found.rows[0], row)
        return row

    def made(self, found: Fetched, place: int) -> Row:
        """One of the rows, made of the values that the ORM gives."""
        return next(self.make(*row) for row in found.converted(found.rows[place : place + 1]))

    def uncompiled(self, limit: int | None = None, **values: Any) -> list[Row]:
        """The same by the ORM, for a statement that is better with its values inside."""
        return [self.make(*row) for row in self.build(**values)[:limit]]

    def _compile(self, shape: Any, values: Mapping[str, Any], connection: Any) -> _Statement | None:
        query = self.build(**{name: _parameter(name, value) for name, value in values.items()}).query
        statement = _compiled(query, connection)
        if len(self._statements) >= MOST_STATEMENTS:
            self._statements.clear()
        self._statements[shape] = statement
        return statement


def _kind(value: Any) -> int | None:
    """The property of a value on which the statement depends."""
    if value is None:
        return None
    return len(value) if isinstance(value, tuple) else -1


def _parameter(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(Parameter(name, index) for index in range(len(value)))
    return Parameter(name)


class _Converted(NamedTuple):
    """A column whose value must be converted after the database returns it."""

    place: int
    #: Functions, or names of functions of the connection's operations.
    converters: Sequence[Callable[[Any, Any, Any], Any] | str]
    expression: Any


class _Statement(NamedTuple):
    """Has no connection, because each thread has its own."""

    sql: str
    parameters: Sequence[Any]
    columns: int
    converted: Sequence[_Converted]

    def rows(self, connection: Any, limit: int | None, values: Mapping[str, Any]) -> list[Values]:
        sql = self.sql
        if limit is not None:
            # As the ORM ends its statements.
            sql = f"{sql} {connection.ops.limit_offset_sql(0, limit)}"
        parameters = [
            found.prepared(values, connection) if type(found) is Parameter else found for found in self.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[Values] = cursor.fetchall()
        return rows

    def convert(self, rows: Iterable[Values], connection: Any) -> Iterable[Values]:
        if not self.converted:
            return rows
        table = list(map(list, rows))
        for place, converters, expression in self.converted:
            for converter in converters:
                convert: Any = getattr(connection.ops, converter) if isinstance(converter, str) else converter
                for row in table:
                    row[place] = convert(row[place], expression, connection)
        return table


class Fetched(NamedTuple):
    """The rows of a read before the converters of their fields, and what converts them."""

    rows: list[Values]
    statement: _Statement | None
    connection: Any

    def converted(self, rows: Iterable[Values]) -> Iterable[Values]:
        """Some of the rows with the values that the ORM gives."""
        return rows if self.statement is None else self.statement.convert(rows, self.connection)


class ByRow(Generic[Value]):
    """What was made of rows, by database and by the values that the driver returned."""

    def __init__(self) -> None:
        self._databases: dict[str, dict[Values, Value]] = {}

    def of(self, found: Fetched) -> dict[Values, Value]:
        """By row, for the database of these rows."""
        return self._databases.setdefault(found.connection.alias, {})

    def keep(self, kept: dict[Values, Value], row: Values, value: Value, size: int = 0) -> None:
        """``size`` is how many characters or bytes of its own the value has."""
        if size + sum(len(column) for column in row if isinstance(column, str)) <= LONGEST_ROW:
            if len(kept) >= MOST_ROWS:
                kept.clear()
            kept[row] = value


def _compiled(query: Any, connection: Any) -> _Statement | None:
    """The statement of a query. None if the ORM knows that it has no rows."""
    _tell_fields(query.where)
    compiler = query.get_compiler(using=connection.alias)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    expressions = [selected for selected, *_ in compiler.select]
    converted = [
        _Converted(place, [_without_connection(each, connection) for each in converters], expression)
        for place, (converters, expression) in compiler.get_converters(expressions).items()
    ]
    return _Statement(sql, tuple(parameters), len(expressions), converted)


def _tell_fields(where: Any) -> None:
    """Sets in each parameter the field with which it is compared."""
    for condition in where.children:
        if hasattr(condition, "children"):
            _tell_fields(condition)
            continue
        compared = getattr(condition, "rhs", None)
        if isinstance(compared, Query):
            _tell_fields(compared.where)
        for parameter in _parameters(compared):
            parameter.field = condition.lhs.output_field


def _parameters(compared: Any) -> Iterator[Parameter]:
    if isinstance(compared, Parameter):
        yield compared
    # Django 5 uses an expression, Django 3 a list.
    elif isinstance(compared, ExpressionList | list | tuple):
        found = compared.get_source_expressions() if isinstance(compared, ExpressionList) else compared
        yield from (each for each in found if isinstance(each, Parameter))


def _without_connection(converter: Any, connection: Any) -> Any:
    """A method of a connection's operations, referred to by its name, so that no thread uses another thread's
    connection."""
    return converter.__name__ if getattr(converter, "__self__", None) is connection.ops else converter

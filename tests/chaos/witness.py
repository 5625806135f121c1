"""A witness in the database: triggers that write down what must happen once, in the transaction in which it happens."""

from sqlalchemy import Connection

from tests.chaos.ground import Ground
from windrow.model.runs import TERMINAL

_ENDED = ", ".join(f"'{state.value}'" for state in sorted(TERMINAL))

SEEN = {
    "ended": ("runs", f"OLD.state <> NEW.state AND NEW.state IN ({_ENDED})"),
    "changed after its end": ("runs", f"OLD.state <> NEW.state AND OLD.state IN ({_ENDED})"),
    "queued for its finish": ("runs", "OLD.phase <> NEW.phase"),
    "closed": ("parts", "OLD.state <> NEW.state AND NEW.state IN ('done', 'failed')"),
}
"""What is written down, of which table, and when."""

_FUNCTION = """
CREATE FUNCTION chaos_witness() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO chaos_witness VALUES (TG_ARGV[0], NEW.id::text); RETURN NULL; END $$
"""


def call_witness(ground: Ground) -> None:
    """From now on it sees everything."""
    database = ground.installation.assembly.store._database
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE chaos_witness (what TEXT NOT NULL, id TEXT NOT NULL)")
        if not database.is_sqlite:
            connection.exec_driver_sql(_FUNCTION)
        for number, (what, (table, when)) in enumerate(SEEN.items()):
            head = f"CREATE TRIGGER chaos_{number} AFTER UPDATE ON {table} FOR EACH ROW"
            if database.is_sqlite:
                body = f"WHEN {when} BEGIN INSERT INTO chaos_witness VALUES ('{what}', NEW.id); END"
            else:
                body = f"WHEN ({when}) EXECUTE FUNCTION chaos_witness('{what}')"
            connection.exec_driver_sql(f"{head} {body}")


def hear_witness(connection: Connection) -> list[str]:
    """What happened more than once, or should not have happened at all."""
    query = "SELECT what, id, count(*) FROM chaos_witness GROUP BY what, id"
    return [
        f"{identifier} was {what} {count} times"
        for what, identifier, count in connection.exec_driver_sql(query)
        if count > 1 or what == "changed after its end"
    ]


def count_seen(connection: Connection, what: str) -> int:
    """How many runs or parts it has seen that of."""
    query = f"SELECT count(DISTINCT id) FROM chaos_witness WHERE what = '{what}'"
    return int(connection.exec_driver_sql(query).scalar_one())

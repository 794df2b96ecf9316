"""Rows tell what each wire and client takes, beside OpenEnv's own."""

from tests.benchmarks.wires import clients, steps
from tests.benchmarks.wires.servers import OPENENV, SESSION


def test_a_wire_is_compared_with_openenvs_at_the_same_number_of_connections() -> None:
    found = [
        steps.Step(OPENENV, 1, 400e-6, 500e-6),
        steps.Step(OPENENV, 64, 200e-6, 40e-3),
        steps.Step(SESSION, 64, 150e-6, 20e-3),
    ]
    assert steps.rows(found)[2] == [SESSION, "64", "150", "0.75", "20,000", "0.50"]


def test_a_client_is_compared_with_openenvs_on_its_own_server() -> None:
    found = [
        clients.Step(clients.THEIRS, 200e-6, 300e-6, 800e-6),
        clients.Step(clients.FACE, 220e-6, 150e-6, 600e-6),
    ]
    assert clients.rows(found)[1] == [clients.FACE, "220", "1.10", "150", "0.50", "600", "0.75"]

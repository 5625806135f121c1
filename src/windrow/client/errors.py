"""What the client raises."""

from windrow.wire.shapes import Problem


class ApiError(Exception):
    """The server refused: `problem` says what is wrong, field by field, and what to do about it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.title} ({problem.status}): {problem.detail}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status


class Unreachable(Exception):
    """No answer came: the server is down, restarting, or elsewhere."""

"""One run of a Jac walker, in a process of its own: called there by the name `jac`, and nowhere as a task's kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from windrow.model.runs import Part
from windrow.ports.work import Done, Performed, Work
from windrow.work.jac.interpreter import Interpreter, NoAnswer


class JacWork:
    """Asks Jac's interpreter for one walk. Its result is what `inside` answers, whether the walker failed or not."""

    name: ClassVar[str] = "jac"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object"}

    def perform(self, work: Work) -> Performed:
        """Called in the process of one attempt, in its folder; whoever ends it ends the interpreter, too."""
        asked = work.run.parameters
        folder = Path("walk").absolute()
        folder.mkdir()
        interpreter = Interpreter(Path(asked["command"]), Path(asked["kept"]))
        wanted = {name: asked[name] for name in ("path", "module", "walker", "args")}
        try:
            return Done(interpreter.ask({**wanted, "folder": str(folder)}))
        except NoAnswer as error:
            return Done({"success": False, "reports": [], "state": {}, "error": str(error), "stack_trace": []})

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Never called: a walk is one."""
        raise NotImplementedError

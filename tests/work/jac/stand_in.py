"""A STAND-IN FOR A `jac` BINARY. It knows nothing of the Jac language: it speaks the same pipes as the real thing.

`make jac` builds the real one, and runs `tests/work/jac/real_jac.py` with that. This here is for what our side does.
"""

import json
import os
import subprocess
import sys

SUM = {
    "type": "object",
    "properties": {"start": {"type": "integer", "default": 10}, "anchor": {}},
    "additionalProperties": False,
}
NOTHING = {"type": "object", "properties": {}, "additionalProperties": False}
WALKERS = {"Sum": SUM, "Boom": NOTHING, "Hang": NOTHING, "Hungry": NOTHING, "Mute": NOTHING, "Where": NOTHING}


def main() -> None:
    request = json.load(sys.stdin)
    sys.stdout.write("I am a stand-in for Jac, for tests only.\n")
    answer = walk(request) if "walker" in request else describe(request)
    if answer is not None:
        with os.fdopen(request["answer"], "w") as line:
            json.dump(answer, line)


def describe(request: dict[str, str]) -> dict[str, object]:
    if request["module"] == "broken":
        return {"success": False, "reports": [], "state": {}, "error": "SyntaxError: no walker at all"}
    with open(os.path.join(request["path"], "asked"), "a") as file:
        file.write("described\n")
    return {"walkers": [{"name": name, "description": "Stands in.", "schema": each} for name, each in WALKERS.items()]}


def walk(request: dict[str, object]) -> dict[str, object] | None:
    args = request["args"]
    assert isinstance(args, dict)
    os.chdir(str(request["folder"]))
    match request["walker"]:
        case "Sum":
            reports = [{"n": n, "running": args["start"] + n} for n in (1, 2)]
            return {"success": True, "reports": reports, "state": {"total": args["start"] + 3, "anchor": "here"}}
        case "Boom":
            said = "ZeroDivisionError: division by zero"
            trace = ["line 13, in begin: x = 1/0;", said]
            return {"success": False, "reports": [1], "state": {}, "error": said, "stack_trace": trace}
        case "Hang":
            # In a session of its own: it must end with the walk all the same.
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            sys.stdout.write(f"pids {os.getpid()} {child.pid}\n")
            child.wait()
        case "Hungry":
            held = [bytearray(8 << 20) for _ in range(1000)]
            return {"success": True, "reports": [len(held)], "state": {}}
        case "Where":
            secrets = [each for each in os.environ if each.startswith("WINDROW_")]
            return {"success": True, "reports": [os.getcwd(), secrets, sys.argv[1:]], "state": {}}
        case _:
            pass
    return None


if __name__ == "__main__":
    main()

"""Which modules of the package a stage's command runs, directly or not, read from the source."""

import ast
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "stance"
COMMANDS = ("stages", "oneshot", "coding", "fieldwork", "console")
THIN = {"cli", *COMMANDS, "__init__", "__main__"}  # hold no logic that could change a result


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))


def _is_module(name: str) -> bool:
    return (SOURCE / f"{name}.py").exists()


@cache
def imported_names(module: str) -> dict[str, str]:
    """Name in `module` -> module of the package that it comes from."""
    names = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "stance":
            parts = node.module.split(".")
            for alias in node.names:
                homes = ("/".join(parts[1:]), "/".join([*parts[1:], alias.name]))
                home = next((home for home in homes if home and _is_module(home)), None)
                if home:
                    names[alias.asname or alias.name] = home
    return names


def closure(modules: set[str]) -> set[str]:
    """`modules` and all they import from the package."""
    seen, todo = set(), list(modules)
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += imported_names(module).values()
    return seen - THIN


def command_modules(stage: str) -> set[str]:
    """Modules that the command `stage` runs, through the helpers of the command modules as well."""
    functions = {node.name: node for module in COMMANDS for node in _tree(module).body if isinstance(node, ast.FunctionDef)}
    homes = {name: home for module in COMMANDS for name, home in imported_names(module).items() if home not in THIN}
    used, todo, seen = set(), [stage], set()
    while todo:
        name = todo.pop()
        seen.add(name)
        names = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        used |= {homes[n] for n in names if n in homes}
        todo += [n for n in names if n in functions and n not in seen]
    return closure(used)

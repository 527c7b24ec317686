"""The rules of the house as pure readers of source text: who may import whom, and what nobody may do."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

ROOMS = ("core", "bot", "adapters")
COMPOSITION_ROOT = "bot.app"
PLATFORMS = ("telegram", "discord")

# What no module of a room may import, besides what `import_breaches` adds.
FORBIDDEN = {
    "core": ("bot", "adapters", "tests", *PLATFORMS),
    "bot": ("tests", *PLATFORMS),
    "adapters": ("tests",),
}
MOCKS = ("unittest.mock", "mock", "pytest_mock")
SHELLS = ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "create_subprocess_shell")
SILENCER = re.compile(r"#\s*(ruff:\s*)?(noqa|type:\s*ignore|mypy:|pragma:)")
# The same with the rule's name, so that what is left of a comment is its reason.
NAMED_SILENCER = re.compile(
    r"#\s*(ruff:\s*)?(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z, -]+\]|mypy:\s*\S+|pragma:\s*\w+ \w+)"
)
# In two halves, so that this file does not name them.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("registry.yarnpkg", "com"),
        ("deb.debian", "org"),
        ("security.debian", "org"),
        ("snapshot.debian", "org"),
        ("archive.ubuntu", "com"),
        ("conda.anaconda", "org"),
        ("proxy.golang", "org"),
        ("static.crates", "io"),
    )
]


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, its line, and whether it stands inside a function."""

    name: str
    line: int
    lazy: bool


def imports(source: str, module: str, *, package: bool = False) -> Iterator[Import]:
    """Give every import of a module, relative, conditional, lazy and by `import_module("...")` ones too."""
    tree = ast.parse(source)
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        for name in _imported(node, module, package=package):
            yield Import(name, node.lineno, id(node) in lazy)  # type: ignore[attr-defined]  # only nodes with a line import


def _imported(node: ast.AST, module: str, *, package: bool) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            base = _absolute(node, module, package=package)
            return [f"{base}.{alias.name}".lstrip(".") for alias in node.names]
        case ast.Call(args=[ast.Constant(value=str(name)), *_]) if _called(node) in {
            "import_module",
            "importlib.import_module",
            "__import__",
        }:
            return [name]
    return []


def _absolute(node: ast.ImportFrom, module: str, *, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    here = parts[: len(parts) - node.level + package]
    return ".".join([*here, *([node.module] if node.module else [])])


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def within(name: str, package: str) -> bool:
    """Tell whether a module is this package or inside it."""
    return name == package or name.startswith(f"{package}.")


def import_breaches(module: str, source: str, *, package: bool = False) -> list[str]:
    """Return each import that the direction adapters -> bot -> core forbids, in a sentence."""
    room = module.split(".", maxsplit=1)[0]
    found = []
    for imported in imports(source, module, package=package):
        forbidden = any(within(imported.name, other) for other in FORBIDDEN[room])
        if room == "bot" and within(imported.name, "adapters"):
            forbidden = module != COMPOSITION_ROOT or not imported.lazy
        if room == "adapters":
            forbidden = forbidden or _foreign_adapter(module, imported.name)
        if forbidden:
            found.append(f"{module}:{imported.line} imports {imported.name}")
    return found


def _foreign_adapter(module: str, imported: str) -> bool:
    own = module.split(".")[1] if "." in module else ""
    if within(imported, "adapters"):
        return imported.split(".")[1:2] not in ([], [own])
    return any(within(imported, platform) for platform in PLATFORMS if platform != own)


def mock_breaches(source: str) -> list[str]:
    """Return each import of a mock library, and each place that patches our own code."""
    ours: set[str] = set()
    found = [
        f"line {imported.line}: imports {imported.name}"
        for imported in imports(source, "tests.x")
        if any(within(imported.name, mock) for mock in MOCKS)
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            ours |= _own_names(node)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) in {"monkeypatch.setattr", "monkeypatch.delattr"}:
            target = node.args[0] if node.args else None
            if target is not None and _is_ours(target, ours):
                found.append(f"line {node.lineno}: patches {ast.unparse(target)}")
    return found


def _own_names(node: ast.Import | ast.ImportFrom) -> set[str]:
    base = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return {
        (alias.asname or alias.name).split(".")[0]
        for alias in node.names
        if (base or alias.name).split(".")[0] in ROOMS
    }


def _is_ours(target: ast.expr, ours: set[str]) -> bool:
    if isinstance(target, ast.Constant):
        return str(target.value).split(".")[0] in ROOMS
    return bool({node.id for node in ast.walk(target) if isinstance(node, ast.Name)} & ours)


def shell_breaches(source: str) -> list[str]:
    """Return each call that hands a command to a shell."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        through_shell = any(
            word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in node.keywords
        )
        if through_shell or any(_called(node).endswith(name) for name in SHELLS):
            found.append(f"line {node.lineno}: {ast.unparse(node)[:80]}")
    return found


def silent_breaches(source: str) -> list[str]:
    """Return each comment that silences a checker without naming the rule, or without giving the reason."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or not SILENCER.search(token.string):
            continue
        reason = NAMED_SILENCER.sub("", token.string)
        if SILENCER.search(reason) or len(re.findall(r"[\w']{2,}", reason)) < 2:
            found.append(f"line {token.start[0]}: {token.string}")
    return found


def sentence_breaches(source: str) -> list[str]:
    """Return each test that does not say in a docstring what a user gets."""
    return [
        f"line {node.lineno}: {node.name} has no sentence"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test")
        and not ast.get_docstring(node)
    ]


def host_breaches(text: str) -> list[str]:
    """Return each package registry that a text names."""
    return [host for host in HOSTS if host in text]

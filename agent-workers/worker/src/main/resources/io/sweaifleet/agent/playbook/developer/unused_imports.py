"""Finds imports of Python files that nothing uses, and writes the files' new texts; changes nothing itself.

usage: unused_imports.py FILES.json REPLY.json

FILES.json: {"root": DIRECTORY, "files": [PATH, ...]} with every Python file of the repository, so that names which other
files take from a file are known. REPLY.json: {"changes": [{"path", "text", "removed": [NAME, ...]}], "skipped":
[{"path", "reason"}]}. Where it cannot be sure it leaves an import alone.
"""
import ast
import io
import json
import os
import re
import sys
import tokenize

# Importing these does something.
EFFECTIVE = {"__future__", "antigravity", "readline", "rlcompleter", "site", "sitecustomize", "this", "usercustomize"}
# Files whose names others find without an import that says so.
KEPT_FILES = {"__init__.py", "conftest.py", "__main__.py", "settings.py", "urls.py"}
WORD = re.compile(r"[A-Za-z_]\w*")


class Repository:
    """What the other files take from a module, by the module's last name."""

    def __init__(self):
        self.taken = {}
        self.strings = set()

    def add(self, tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                module = (node.module or "").split(".")[-1]
                for alias in node.names:
                    self.taken.setdefault(module, set()).add(alias.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, (ast.Name, ast.Attribute)):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                self.taken.setdefault(owner, set()).add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 300:
                # mock.patch("package.module.name")
                self.strings.update(node.value.split(".")[-1:])

    def takes(self, module, name):
        names = self.taken.get(module, ())
        return name in names or "*" in names


def bound(alias, node):
    if alias.asname:
        return alias.asname
    return alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name


def used_names(tree, source):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            # pytest gives fixtures by the names of parameters.
            names.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            names.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # __all__, annotations in quotes, and whatever else names things by text.
            names.update(WORD.findall(node.value))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and ("type:" in token.string or "noqa" in token.string):
            names.update(WORD.findall(token.string))
    return names


def statements(tree, lines, commented):
    """Import statements that stand alone on lines of their own at the top level of a module."""
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or node.col_offset != 0:
            continue
        span = range(node.lineno, node.end_lineno + 1)
        last = lines[node.end_lineno - 1].encode()[node.end_col_offset:].decode().strip()
        # A comment says why an import is there, or tells a tool about it (noqa, pragma, type, isort).
        if last or any(number in commented for number in span):
            continue
        if any(other is not node and other.lineno in span for other in tree.body):
            continue
        yield node


def rewritten(node, kept):
    names = ", ".join(a.name + (" as " + a.asname if a.asname else "") for a in kept)
    if isinstance(node, ast.Import):
        return "import " + names
    head = "from " + "." * node.level + (node.module or "") + " import "
    if len(head + names) <= 79:
        return head + names
    body = "".join("    " + a.name + (" as " + a.asname if a.asname else "") + ",\n" for a in kept)
    return head + "(\n" + body + ")"


def edit(path, source, tree, repository):
    if any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "globals", "locals", "vars", "__import__")
        for node in ast.walk(tree)
    ):
        return None, []
    module = os.path.basename(path)[:-3]
    used = used_names(tree, source)
    lines = source.splitlines(keepends=True)
    commented = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    removed, edits = [], []
    for node in statements(tree, lines, commented):
        if isinstance(node, ast.ImportFrom) and (node.module in EFFECTIVE or node.names[0].name == "*"):
            continue
        unused = []
        for alias in node.names:
            name = bound(alias, node)
            keep = (
                name in used
                or name == "_"
                # "import a as a" and "from a import b as b" say that the name is meant for others.
                or (alias.asname and alias.asname == alias.name)
                or (isinstance(node, ast.Import) and alias.name.split(".")[0] in EFFECTIVE)
                # "import a.b" may be there for what loading it does.
                or (isinstance(node, ast.Import) and "." in alias.name)
                or repository.takes(module, name)
                or name in repository.strings
            )
            if not keep:
                unused.append(alias)
        if unused:
            removed.extend(bound(alias, node) for alias in unused)
            edits.append((node, [alias for alias in node.names if alias not in unused]))
    for node, kept in reversed(edits):
        ending = "\r\n" if lines[node.end_lineno - 1].endswith("\r\n") else "\n"
        text = [line + ending for line in rewritten(node, kept).split("\n")] if kept else []
        lines[node.lineno - 1 : node.end_lineno] = text
    return "".join(lines), removed


def main(request_file, reply_file):
    with open(request_file, encoding="utf-8") as file:
        request = json.load(file)
    trees, skipped, repository = {}, [], Repository()
    for path in request["files"]:
        try:
            with tokenize.open(os.path.join(request["root"], path)) as file:
                encoding = file.encoding
            with open(os.path.join(request["root"], path), encoding=encoding, newline="") as file:
                source = file.read()
            tree = ast.parse(source, path)
        except (OSError, SyntaxError, UnicodeError, ValueError, RecursionError) as error:
            skipped.append({"path": path, "reason": "not read by this Python: " + str(error)[:200]})
            continue
        repository.add(tree)
        if encoding.lower().replace("_", "-") in ("utf-8", "ascii"):
            trees[path] = (source, tree)
    changes = []
    for path, (source, tree) in trees.items():
        if os.path.basename(path) in KEPT_FILES:
            continue
        text, removed = edit(path, source, tree, repository)
        if text is None or not removed:
            continue
        try:
            ast.parse(text, path)
        except SyntaxError as error:
            skipped.append({"path": path, "reason": "removing %s would not parse: %s" % (", ".join(removed), error)})
            continue
        changes.append({"path": path, "text": text, "removed": removed})
    with open(reply_file, "w", encoding="utf-8") as file:
        json.dump({"changes": changes, "skipped": skipped}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

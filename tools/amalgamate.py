#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the whole library as two files, surefoot.c and surefoot.h, for programs that compile it in.

    python3 tools/amalgamate.py FOLDER
    cc -std=c11 -O3 -IFOLDER FOLDER/surefoot.c app.c -lm

oneDNN's kernels stay out, and no optional library is used. Names of file scope (`static forward`, `typedef ... conf`)
meet in one translation unit, so each is given its file's suffix; a file's own macros are undefined at its end.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
LEFT_OUT = ("src/cli/", "src/backend/onednn/")

BANNER = """/* SPDX-License-Identifier: MIT */
/* Surefoot {version}: the whole library in one file, written by tools/amalgamate.py. Do not edit.
 *
 *     cc -std=c11 -O3 -I. surefoot.c app.c -lm
 *
 * -O2 does, too, but leaves most loops without vectors. In GNU C (without -std=c11) add -ffp-contract=off, or a resumed run may differ in
 * its last bits between processors.
 *
 * Without oneDNN: the library's own kernels on AVX-512, AVX2 or plain vectors, chosen when the program runs. And without the optional
 * libraries: what reads YAML, JSON or gzip says so when asked. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF /* a*b+c rounds twice, as everywhere in Surefoot */
#endif
#if defined(__GNUC__)
#define SFT__HEADER_INLINE static inline __attribute__((unused)) /* which of them are used depends on what is built */
#else
#define SFT__HEADER_INLINE static inline
#endif
#include "surefoot.h"
"""

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
  | (?P<directive>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<space>\s+)
  | (?P<mark>->|\.\.\.|\#\#|.)
""", re.X | re.S | re.M)

OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
NOT_A_DECLARATOR = {"__attribute__", "_Alignas", "_Atomic", "typeof", "_Static_assert", "void", "int", "char", "double",
                    "float", "real", "bool", "long", "unsigned", "size_t"}


def tokens_of(text):
    """[(kind, text)] of a piece of C."""
    return [(m.lastgroup, m.group()) for m in TOKEN.finditer(text)]


def code_of(tokens):
    """Without comments, blanks and directives."""
    return [t for t in tokens if t[0] not in ("comment", "space", "directive")]


# ---- names of file scope -------------------------------------------------------------------------

def group_end(code, start):
    """Index after the bracket that closes the one at `start`."""
    depth = 0
    for i in range(start, len(code)):
        if code[i][1] in OPEN and code[i][0] == "mark":
            depth += 1
        elif code[i][1] in CLOSE and code[i][0] == "mark":
            depth -= 1
            if depth == 0:
                return i + 1
    raise ValueError("bracket without its partner: " + " ".join(t[1] for t in code[start:start + 12]))


def declarations(code):
    """Cuts a file into top-level declarations; each is a list whose items are tokens or bracket groups (lists)."""
    found, now, i = [], [], 0
    while i < len(code):
        text = code[i][1]
        if code[i][0] == "mark" and text in OPEN:
            end = group_end(code, i)
            now.append(code[i:end])
            words = [t[1] for t in now[:-1] if isinstance(t, tuple)]
            is_type = words[-1:] and (words[-1] in ("struct", "union", "enum")
                                      or words[-2:-1] and words[-2] in ("struct", "union", "enum"))
            if text == "{" and not is_type and "=" not in words:
                found.append(now)               # a function's body ends its declaration
                now = []
            i = end
        elif text == ";" and code[i][0] == "mark":
            found.append(now)
            now, i = [], i + 1
        else:
            now.append(code[i])
            i += 1
    return found


def declarator(items):
    """The name that a declaration declares: f of `int f(int)`, v of `const t v[3] = ...`, p of `void (*p)(void)`."""
    name = None
    for i, item in enumerate(items):
        if isinstance(item, tuple):
            if item[1] == "=" or item[1] == ":":
                break
            if item[0] == "name":
                last = item[1]
                after = items[i + 1] if i + 1 < len(items) else None
                if isinstance(after, list) and after[0][1] == "(":
                    if after[1][1] == "*":      # pointer to function; `last` is what it returns
                        return after[2][1]
                    if last not in NOT_A_DECLARATOR and not last.isupper():
                        return last
                elif last not in ("const", "volatile", "restrict"):
                    name = last
        elif item[0][1] == "(" and item[1][1] == "*":
            return next(t[1] for t in item if t[0] == "name")
    return name


def split_commas(items):
    parts = [[]]
    for item in items:
        if item == ("mark", ","):
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def enumerators(group):
    names, depth = [], 0
    for i, (kind, text) in enumerate(group):
        depth += (text in OPEN) - (text in CLOSE) if kind == "mark" else 0
        if kind == "name" and depth == 1 and group[i - 1][1] in ("{", ","):
            names.append(text)
    return names


def local_names(text, shared_tags):
    """Everything a .c file declares at file scope for itself alone; `shared_tags` are struct tags that headers know."""
    names, code = set(), code_of(tokens_of(text))
    for items in declarations(code):
        words = [t[1] for t in items if isinstance(t, tuple)]
        for i, item in enumerate(items):
            before = [t[1] if isinstance(t, tuple) else "" for t in items[max(0, i - 2):i]]
            if isinstance(item, list) and item[0][1] == "{" and ("struct" in before or "union" in before):
                names.update(before[-1:] if before[-1] not in ("struct", "union") else [])
            if isinstance(item, list) and item[0][1] == "{" and "enum" in before:
                names.update(before[-1:] if before[-1] != "enum" else [])
                names.update(enumerators(item))
        if {"static", "SFT_INLINE", "typedef"} & set(words):
            names.update(declarator(part) for part in split_commas(items))
    macros = function_macros(text)
    names.update(static for macro in macros for static in macro.statics())
    names = {n for n in names if n and not n.lower().startswith("sft_") and n not in shared_tags}
    for macro in macros:
        macro.check(names)
    return names


def local_macros(text):
    found = re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.M)
    return [n for n in dict.fromkeys(found) if not n.startswith("_")]


# ---- names made by pasting -----------------------------------------------------------------------

PASTE = re.compile(r"\w+(?:\s*##\s*\w+)+")


class FunctionMacro:
    """A macro of a .c file with parameters, and the arguments that the file calls it with."""

    def __init__(self, name, parameters, body, code):
        self.name, self.parameters, self.body = name, parameters, body
        self.calls = []
        for i, (kind, text) in enumerate(code[:-1]):
            if (kind, text) == ("name", name) and code[i + 1][1] == "(":
                inside = code[i + 2:group_end(code, i + 1) - 1]
                self.calls.append(["".join(t[1] for t in part) for part in split_commas(inside)])

    def made_by(self, chain):
        """The names that a paste such as kind##_at becomes."""
        parts = re.split(r"\s*##\s*", chain)
        values = [dict(zip(self.parameters, call)) for call in self.calls]
        return {"".join(v.get(part, part) for part in parts) for v in values}

    def statics(self):
        found = re.findall(r"\bstatic\b[^;{}=]*?(\w+(?:\s*##\s*\w+)+)", self.body)
        return {name for chain in found for name in self.made_by(chain)}

    def check(self, names):
        """A name of the file's own that is pasted into another name would change that name too."""
        pasted = {part for chain in PASTE.findall(self.body) for part in re.split(r"\s*##\s*", chain)}
        lost = [v for call in self.calls for p, v in zip(self.parameters, call) if p in pasted and v in names]
        if lost:
            raise SystemExit(f"amalgamate: {self.name} pastes {lost[0]}, which is the name of something static too")

    def renamed_pastes(self, text, names, suffix):
        def longer(found):
            made = self.made_by(found.group())
            return found.group() + "##" + suffix if made and made <= names else found.group()
        return PASTE.sub(longer, text)


def function_macros(text):
    code = code_of(tokens_of(text))
    defined = re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)((?:\\\n|[^\n])*)", text, re.M)
    return [FunctionMacro(m[1], re.findall(r"\w+", m[2]), m[3], code) for m in defined]


# ---- renaming ------------------------------------------------------------------------------------

def struct_bodies(tokens):
    """Indices of tokens that stand directly in a struct's or union's braces: member declarations."""
    inside, stack, last = set(), [], []
    for i, (kind, text) in enumerate(tokens):
        if kind in ("comment", "space", "directive"):
            continue
        if kind == "mark" and text in OPEN:
            is_struct = text == "{" and ("struct" in last[-2:] or "union" in last[-2:])
            stack.append("s" if is_struct else stack[-1] if stack and text == "(" else "")
        elif kind == "mark" and text in CLOSE and stack:
            stack.pop()
        elif stack and stack[-1] == "s":
            inside.add(i)
        last = (last + [text])[-2:]
    return inside


def offsetof_members(tokens):
    """Indices of tokens in the second argument of offsetof, a member."""
    inside, depth, opened, second = set(), 0, None, False
    for i, (kind, text) in enumerate(tokens):
        if kind == "name" and text == "offsetof":
            opened, second = depth + 1, False
        elif kind == "mark" and text in OPEN:
            depth += 1
        elif kind == "mark" and text in CLOSE:
            if depth == opened:
                opened = None
            depth -= 1
        elif kind == "mark" and text == "," and depth == opened:
            second = True
        elif opened is not None and second:
            inside.add(i)
    return inside


def renamed(text, names, suffix):
    """`text` with every name of `names` suffixed, but for members, strings and comments."""
    tokens = tokens_of(text)
    member_declarations, members = struct_bodies(tokens), offsetof_members(tokens)
    macros = {m.name: m for m in function_macros(text)}
    solid = [i for i, t in enumerate(tokens) if t[0] not in ("comment", "space")]
    before = dict(zip(solid[1:], (tokens[i][1] for i in solid)))
    after = dict(zip(solid, (tokens[i][1] for i in solid[1:])))
    result = []
    for i, (kind, word) in enumerate(tokens):
        if kind == "directive":
            word = directive_renamed(word, names, suffix, macros)
        elif kind == "name" and word in names and before.get(i) not in (".", "->") and i not in members:
            if not (i in member_declarations and after.get(i) in (";", ",", "[", ":", ")")):
                word += suffix
        result.append(word)
    return "".join(result)


def directive_renamed(text, names, suffix, macros):
    """A macro's body is code like any other; its own name and its parameters are not."""
    head = re.match(r"[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)]*\))?", text)
    if not head:
        return text
    body = renamed(text[head.end():], names - set(re.findall(r"\w+", head[2] or "")), suffix)
    if head[2] and head[1] in macros:
        body = macros[head[1]].renamed_pastes(body, names, suffix)
    return head[0] + body


# ---- putting files together ----------------------------------------------------------------------

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"')


class Amalgamation:
    def __init__(self):
        self.out, self.done = [], set()
        headers = "\n".join(p.read_text() for p in SRC.glob("**/*.h"))
        self.shared_tags = set(re.findall(r"\b(?:struct|union|enum)\s+(\w+)", headers))

    def find(self, name, folder):
        for base in (folder, SRC, ROOT / "include"):
            if (base / name).is_file():
                return (base / name).resolve()
        raise SystemExit(f"amalgamate: {folder}: no header {name}")

    def expand(self, path, text, depth=0):
        """`text` with project headers put in where they are first wanted; `depth` counts the #ifs around them."""
        result = []
        for line in text.split("\n"):
            stripped = line.lstrip()
            depth += bool(re.match(r"#\s*if", stripped)) - bool(re.match(r"#\s*endif", stripped))
            found = INCLUDE.match(line)
            result.append(self.header(found.group(1), path.parent, depth) if found else line)
        return "\n".join(result)

    def header(self, name, folder, depth):
        path = self.find(name, folder)
        if path in self.done or path.name == "surefoot.h":
            return ""
        text = path.read_text()
        guarded = re.search(r"^#\s*ifndef\s+(\w+)\s*\n#\s*define\s+\1\b", text, re.M)
        if guarded and depth == 0:              # below an #if it may not be seen, and is put in again
            self.done.add(path)
        text = re.sub(r"^static inline\b", "SFT__HEADER_INLINE", text, flags=re.M)
        body = self.expand(path, text, depth - 1 if guarded else depth)     # the guard itself is no condition
        return f"/* ---- {path.relative_to(ROOT)} ---- */\n{body}"

    def add_source(self, path):
        text = path.read_text()
        where = path.relative_to(ROOT).as_posix()
        suffix = "__" + re.sub(r"\W", "_", where.removeprefix("src/").removesuffix(".c"))
        names = local_names(text, self.shared_tags)
        body = self.expand(path, renamed(text, names, suffix))      # headers come after: they keep their names
        self.out.append(f"\n/* ==== {where} ==== */\n{body}")
        self.out.extend(f"#undef {m}\n" for m in local_macros(text))

    def add_page(self, folder):
        """report.html's page as the build embeds it, with its own simple charts: no optional library is used here."""
        path = folder / "page_assets.c"
        subprocess.run(["cmake", f"-DSOURCE={ROOT}", f"-DOUT={path.resolve()}", "-DQUIET=ON",
                        "-P", ROOT / "cmake/SurefootEmbed.cmake"], check=True)
        self.out.append(f"\n/* ==== page_assets.c ==== */\n{self.expand(path, path.read_text())}")
        path.unlink()


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/amalgamation")
    folder.mkdir(parents=True, exist_ok=True)
    header = (ROOT / "include/surefoot.h").read_text()
    version = re.search(r'SFT_VERSION "([^"]+)"', header).group(1)
    sources = sorted([*SRC.glob("*/*.c"), *SRC.glob("*/*/*.c")])
    whole = Amalgamation()
    whole.out.append(BANNER.format(version=version))
    sources = [p for p in sources if not p.relative_to(ROOT).as_posix().startswith(LEFT_OUT)]
    for path in sources:
        whole.add_source(path)
    whole.add_page(folder)
    (folder / "surefoot.c").write_text("".join(whole.out))
    (folder / "surefoot.h").write_text(header)
    print(f"{folder}/surefoot.c: {len(sources)} files, {sum(p.count(chr(10)) for p in whole.out)} lines")


if __name__ == "__main__":
    main()

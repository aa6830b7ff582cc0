"""What do the files in calls/ say? Writes them from the descriptors: a class a service, a method a unary RPC.

`python libs/twolamps_client/generate.py` writes; with `--check` it changes nothing and fails if a file differs.
A field is a required argument if its absence breaks the message's own protovalidate rules.
"""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType

import protovalidate
from google.api.annotations_pb2 import http as http_rule
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass

CALLS = Path(__file__).parent / "calls"
SERVICES = ("notifications", "pairing", "prompts", "scheduling")
WELL_KNOWN = {"google.protobuf.Timestamp": "datetime", "google.protobuf.Duration": "timedelta"}
PAGING = ("page_size", "page_token")
SCALARS = {FieldDescriptor.CPPTYPE_STRING: ("str", '""'), FieldDescriptor.CPPTYPE_BOOL: ("bool", "False")}

Comments = dict[str, str]


def read_comments() -> Comments:
    """Leading comment of every RPC and field, by full name."""
    files = FileDescriptorSet.FromString((resources.files("twolamps") / "descriptors.binpb").read_bytes())
    comments: Comments = {}
    for file in files.file:
        for location in file.source_code_info.location:
            match list(location.path):
                case [6, service, 2, method]:
                    name = f"{file.service[service].name}.{file.service[service].method[method].name}"
                case [4, message, 2, field]:
                    name = f"{file.message_type[message].name}.{file.message_type[message].field[field].name}"
                case _:
                    continue
            comments[f"{file.package}.{name}"] = " ".join(location.leading_comments.split())
    return comments


def snake(name: str) -> str:
    """CreateInvite -> create_invite."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def type_and_default(field: FieldDescriptor) -> tuple[str, str]:
    """How an argument is annotated and what it is when left out."""
    kind: Descriptor | EnumDescriptor | None = field.message_type or field.enum_type
    if field.message_type is not None:
        annotation = WELL_KNOWN.get(field.message_type.full_name, f"pb.{field.message_type.name}")
        default = "None"
    elif field.enum_type is not None:
        annotation, default = f"pb.{field.enum_type.name}.ValueType", f"pb.{field.enum_type.values_by_number[0].name}"
    else:
        annotation, default = SCALARS.get(field.cpp_type, ("int", "0"))
    message = field.containing_type
    if kind is not None and message is not None and annotation.startswith("pb.") and kind.file != message.file:
        raise SystemExit(f"{field.full_name}: a type from another file needs an import here")
    if field.is_repeated:
        return f"Sequence[{annotation}]", "()"
    if field.has_presence:
        return f"{annotation} | None", "None"
    return annotation, default


def fields_of(method: MethodDescriptor) -> Iterator[tuple[FieldDescriptor, str]]:
    """Every field of the request with its place: in the path, required or optional; in this order."""
    rule = method.GetOptions().Extensions[http_rule]
    in_path = re.findall(r"{(\w+)}", getattr(rule, rule.WhichOneof("pattern")))
    empty = GetMessageClass(method.input_type)()
    paths = (violation.proto.field for violation in protovalidate.collect_violations(empty))
    missing = {path.elements[0].field_name for path in paths if path}
    fields = list(method.input_type.fields)
    yield from ((field, "path") for field in fields if field.name in in_path)
    yield from ((field, "required") for field in fields if field.name in missing and field.name not in in_path)
    yield from ((field, "optional") for field in fields if field.name not in missing and field.name not in in_path)


def parameters(fields: Iterable[tuple[FieldDescriptor, str]], *, has_key: bool) -> list[str]:
    """What stands between the brackets of a method."""
    lines, named = ["self"], False
    for field, place in fields:
        annotation, default = type_and_default(field)
        if place != "path" and not named:
            lines, named = [*lines, "*"], True
        if place == "optional":
            lines.append(f"{field.name}: {annotation} = {default}")
        else:
            lines.append(f"{field.name}: {annotation.removesuffix(' | None')}")
    if has_key:
        lines += ["idempotency_key: str | None = None"] if named else ["*", "idempotency_key: str | None = None"]
    return lines


def docstring(text: str, fields: Iterable[FieldDescriptor], comments: Comments) -> list[str]:
    """The RPC's comment, then a line for each field that has one."""
    notes = [f"{field.name}: {note}" for field in fields if (note := comments.get(field.full_name))]
    lines = [*textwrap.wrap(text, 108), *([""] if notes else [])]
    for note in notes:
        lines += textwrap.wrap(note, 108, subsequent_indent="    ")
    lines[0] = f'"""{lines[0]}'
    lines = [*lines[:-1], f'{lines[-1]}"""'] if len(lines) == 1 else [*lines, '"""']
    return [f"        {line}" if line else "" for line in lines]


def call_lines(method: MethodDescriptor, comments: Comments) -> list[str]:
    """The method of one RPC, and for a list RPC the one that walks through all its pages."""
    fields = list(fields_of(method))
    has_key = method.GetOptions().Extensions[http_rule].WhichOneof("pattern") == "post"
    stated = [f"{field.name}={field.name}" for field, _ in fields]
    lines = [
        f"    async def {snake(method.name)}({', '.join(parameters(fields, has_key=has_key))})"
        f" -> pb.{method.output_type.name}:",
        *docstring(comments[method.full_name], (field for field, _ in fields), comments),
        f"        request = filled({', '.join([f'pb.{method.input_type.name}', *stated])})",
        f"        return await self._caller.call({snake(method.name).upper()}, request"
        + (", idempotency_key=idempotency_key)" if has_key else ")"),
        "",
    ]
    if "next_page_token" not in method.output_type.fields_by_name:
        return lines
    (items,) = (field for field in method.output_type.fields if field.is_repeated)
    assert items.message_type is not None
    kept = [(field, place) for field, place in fields if field.name not in PAGING]
    passed = ", ".join(["page_token=token", *(f"{field.name}={field.name}" for field, _ in kept)])
    return [
        *lines,
        f"    def all_{snake(method.name).removeprefix('list_')}({', '.join(parameters(kept, has_key=False))})"
        f" -> AsyncIterator[pb.{items.message_type.name}]:",
        *docstring(f"{comments[method.full_name]} All of them, page after page.", (), comments),
        f"        return every(lambda token: self.{snake(method.name)}({passed}), lambda page: page.{items.name})",
        "",
    ]


def file_text(service: ServiceDescriptor, module: ModuleType, comments: Comments) -> str:
    """The file of one service, before formatting."""
    folder, noun = module.__name__.rpartition(".")[0], service.name.removesuffix("Service")
    methods = [method for method in service.methods if not method.server_streaming]
    body = [
        f"class {noun}Calls:",
        f'    """Calls of {service.name}. Each raises TwolampsError."""',
        "",
        "    def __init__(self, caller: Caller) -> None:",
        "        self._caller = caller",
        "",
        *(line for method in methods for line in call_lines(method, comments)),
    ]
    text = "\n".join(body)
    collections = [name for name in ("AsyncIterator", "Sequence") if f"{name}[" in text]
    times = [name for name in ("datetime", "timedelta") if re.search(rf"\b{name}\b", text)]
    rpcs = [
        f"{snake(method.name).upper()} = method_of("
        f'_METHODS["{method.name}"], pb.{method.input_type.name}, pb.{method.output_type.name})'
        for method in methods
    ]
    header = [
        f'"""Which calls does {service.name} answer? Written by generate.py, never edited."""',
        "",
        *([f"from collections.abc import {', '.join(collections)}"] if collections else []),
        *([f"from datetime import {', '.join(times)}"] if times else []),
        "",
        f"from {folder} import {module.__name__.rpartition('.')[2]} as pb",
        f"from twolamps_client.methods import Caller, {'every, ' if 'every(' in text else ''}filled, method_of",
        "",
        f'_METHODS = pb.DESCRIPTOR.services_by_name["{service.name}"].methods_by_name',
        *rpcs,
        "",
    ]
    return "\n".join([*header, text])


def formatted(text: str, path: Path) -> str:
    """As ruff lays it out with the repository's settings."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Write or check; the exit status."""
    check, comments, stale = "--check" in sys.argv[1:], read_comments(), []
    for name in SERVICES:
        module = import_module(f"twolamps.{name}.v1.{name}_pb2")
        (service,) = module.DESCRIPTOR.services_by_name.values()
        path = CALLS / f"{name}.py"
        text = formatted(file_text(service, module, comments), path)
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if not check:
                path.write_text(text)
    print(f"calls: {', '.join(stale) or 'nothing'} {'stale' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Where a class gets native memory from, seen by the size of its instances."""

from types import FunctionType, MemberDescriptorType

_POINTER_BYTES = 8


def native_base(kind: type) -> type | None:
    """The class in which instances of `kind` get memory that is neither `__dict__` nor slots, if there is one."""
    while kind is not object:
        assert kind.__base__ is not None
        members = sum(isinstance(member, MemberDescriptorType) for member in vars(kind).values())
        members += ("__dict__" in vars(kind)) + ("__weakref__" in vars(kind))
        if kind.__basicsize__ - kind.__base__.__basicsize__ > members * _POINTER_BYTES:
            return kind
        kind = kind.__base__
    return None


def class_name(kind: type) -> str:
    """A class's module and qualified name, `.SwigPyObject` for one without a module."""
    return f"{module_name(kind)}.{kind.__qualname__}"


def module_name(named: type | FunctionType) -> str:
    """The module of a class or function, empty where there is none: SWIG's types raise AttributeError there."""
    return getattr(named, "__module__", None) or ""

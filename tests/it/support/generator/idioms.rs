//! Statements that hang together: classes with methods of Python's own, generators that are walked later, contexts,
//! closures. Each is a text with places for expressions, so that one more idiom is one more text.

use super::{Gen, Ty, indent};

/// `#` is a number of the idiom's own; `<T>` an expression of a text, `<I>` of an int, `<F>` of a flag, `<L>` of a list,
/// `<S>` of a set, `<D>` of a dict, `<P>` the place of a list; `<B>` on a line of its own is a block of any statements.
/// Names in upper case that start with a type's word can be read by what comes after.
const IDIOMS: &[&str] = &[
    // Collections of own classes.
    "class Box#(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value + <T>)
    def __missing__(self, key):
        return key + <T>
box_# = Box#(k=<T>)
box_#[\"n\"] = <T>
box_#.update(x=<T>)
TEXT_# = box_#[\"k\"] + box_#[\"n\"] + box_#[\"gone\"]
LIST_# = sorted(box_#)
INT_# = len(box_#)
TEXT_#B = box_#.get(\"gone\", <T>)
DICT_# = {\"list\": <L>, \"inner\": {}, **box_#}",
    "class Attr#(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)
    def __setattr__(self, name, value):
        self[name] = value
attr_# = Attr#(k=<T>)
attr_#.extra = <T>
TEXT_# = attr_#.k + attr_#[\"extra\"] + getattr(attr_#, \"gone\", <T>)
FLAG_# = hasattr(attr_#, \"gone\")
LIST_# = list(attr_#)",
    "class Stack#(list):
    def append(self, item):
        if item not in self:
            super().append(item)
    def add(self, *items):
        for item in items:
            self.append(item)
        return self
stack_# = Stack#(<L>)
stack_#.append(<T>)
stack_#.add(<T>, <T>)
stack_# += [<T>]
LIST_# = list(stack_#)
INT_# = len(stack_#)
FLAG_# = isinstance(stack_#, list)",
    "class Upper#(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = []
    def __getitem__(self, key):
        self.seen.append(key)
        return super().__getitem__(key).upper()
    def __contains__(self, key):
        return super().__contains__(key) or key == <T>
upper_# = Upper#({\"k\": <T>}, n=<T>)
TEXT_# = upper_#[\"k\"] + upper_#.get(\"n\")
FLAG_# = \"gone\" in upper_#
LIST_# = list(upper_#.seen)
LIST_#B = [key + value for key, value in upper_#.items()]",
    "class Chars#(str):
    def shout(self):
        return self.upper() + <T>
chars_# = Chars#(<T>)
TEXT_# = chars_#.shout()
FLAG_# = chars_# == <T>",
    // How classes are made.
    "class Meta#(type):
    registry = []
    def __new__(mcs, name, bases, namespace, **kwargs):
        namespace.setdefault(\"LEVEL\", <T>)
        cls = super().__new__(mcs, name, bases, namespace)
        mcs.registry.append(name)
        return cls
    def shout(cls):
        return cls.LEVEL.upper()
class Made#(metaclass=Meta#):
    OWN = <L>
class MadeSub#(Made#):
    LEVEL = <T>
LIST_# = list(Meta#.registry)
TEXT_# = Made#.LEVEL + MadeSub#.shout()
LIST_#B = MadeSub#.OWN",
    "class Init#(type):
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls.keys = sorted(key for key in namespace if key.isupper())
    def __len__(cls):
        return len(cls.keys)
    def __iter__(cls):
        return iter(cls.keys)
class Sized#(metaclass=Init#):
    ONE = <T>
    TWO = <I>
INT_# = len(Sized#)
LIST_# = list(Sized#)",
    "class Plug#:
    known = []
    def __init_subclass__(cls, tag=\"none\", **kwargs):
        super().__init_subclass__(**kwargs)
        cls.tag = tag
        Plug#.known.append(cls.__name__)
class PlugA#(Plug#, tag=<T>):
    pass
class PlugB#(PlugA#):
    pass
LIST_# = list(Plug#.known)
TEXT_# = PlugA#.tag + PlugB#.tag",
    "class Slim#:
    __slots__ = (\"a\", \"b\")
    def __init__(self, a):
        self.a = a
slim_# = Slim#(<T>)
try:
    slim_#.c = <T>
    FLAG_# = True
except AttributeError:
    FLAG_# = False
TEXT_# = slim_#.a
FLAG_#B = hasattr(slim_#, \"b\")
slim_#.b = <T>
TEXT_#B = slim_#.b",
    "class Field#:
    def __init__(self, default):
        self.default = default
    def __set_name__(self, owner, name):
        self.name = \"_\" + name
    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return getattr(obj, self.name, self.default)
    def __set__(self, obj, value):
        setattr(obj, self.name, value.strip())
class Holder#:
    title = Field#(<T>)
    @property
    def both(self):
        return self.title + <T>
    @both.setter
    def both(self, value):
        self.title = value
holder_# = Holder#()
TEXT_# = holder_#.title
holder_#.title = <T>
TEXT_#B = holder_#.both
holder_#.both = <T>
TEXT_#C = holder_#.title
TEXT_#D = Holder#.title.default",
    "class Lazy#:
    def __init__(self):
        self.count = 0
    @functools.cached_property
    def once(self):
        self.count += 1
        return <T>
    @property
    def each(self):
        self.count += 1
        return <T>
lazy_# = Lazy#()
TEXT_# = lazy_#.once + lazy_#.once + lazy_#.each + lazy_#.each
INT_# = lazy_#.count",
    "class Fall#:
    known = <T>
    def __getattr__(self, name):
        return name + self.known
fall_# = Fall#()
TEXT_# = fall_#.gone
fall_#.known = <T>
TEXT_#B = fall_#.other + Fall#.known",
    "class Eq#:
    def __init__(self, text):
        self.text = text
    def __eq__(self, other):
        return isinstance(other, Eq#) and self.text == other.text
    def __hash__(self):
        return hash(self.text)
    def __lt__(self, other):
        return self.text < other.text
    def __bool__(self):
        return bool(self.text)
    def __str__(self):
        return \"<\" + self.text + \">\"
    def __add__(self, other):
        return Eq#(self.text + other)
FLAG_# = Eq#(<T>) == Eq#(<T>)
FLAG_#B = Eq#(<T>) in [Eq#(<T>), Eq#(<T>)]
FLAG_#C = bool(Eq#(<T>))
TEXT_# = str(Eq#(<T>) + <T>)
TEXT_#B = f\"{Eq#(<T>)}\"
LIST_# = [item.text for item in sorted([Eq#(<T>), Eq#(<T>), Eq#(\"m\")])]",
    "class Counted#:
    made = 0
    def __new__(cls, *args):
        cls.made += 1
        return super().__new__(cls)
    def __init__(self, text):
        self.text = text
    def __call__(self, more=<T>):
        return self.text + more
counted_# = Counted#(<T>)
TEXT_# = counted_#() + counted_#(<T>)
Counted#(<T>)
INT_# = Counted#.made",
    "class Left#:
    def name(self):
        return \"left\" + <T>
class Right#(Left#):
    def name(self):
        return \"right\" + super().name()
class Other#(Left#):
    def name(self):
        return \"other\" + super().name()
class Both#(Right#, Other#):
    pass
TEXT_# = Both#().name()
LIST_# = [cls.__name__ for cls in Both#.__mro__]",
    // Sets.
    "INT_# = 0
list_# = []
for item in <S>:
    INT_# += len(item)
    list_#.append(item)
LIST_# = sorted(list_#)
FLAG_# = <T> in list_#",
    "order_# = []
for item in <S>:
    order_#.append(item)
LIST_# = order_#
TEXT_# = \"\".join(sorted(order_#))
INT_# = len(order_#)",
    "found_# = \"\"
for item in <S>:
    if item > found_#:
        found_# = item
TEXT_# = found_#
for item in sorted(<S>, reverse=True):
    TEXT_# += item",
    "set_# = set(<L>)
while set_#:
    item_# = set_#.pop()
FLAG_# = not set_#
DICT_# = {\"list\": <L>, \"inner\": {item: len(item) for item in <S>}}
INT_# = len(DICT_#[\"inner\"])",
    // Generators.
    "def gen_#():
    for item in <P>:
        yield item + <T>
walk_# = gen_#()
<P>.append(<T>)
LIST_# = list(walk_#)
LIST_#B = list(walk_#)",
    "walk_# = (x + <T> for x in <P> if x)
<B>
LIST_# = list(walk_#)
FLAG_# = list(walk_#) == []",
    "suffix_# = <T>
walk_# = map(lambda x: x + suffix_#, <L>)
suffix_# = <T>
LIST_# = list(walk_#)",
    "walk_# = iter(<L>)
TEXT_# = next(walk_#, \"none\")
LIST_# = list(walk_#)
TEXT_#B = next(walk_#, <T>)",
    "seen_# = []
def gen_#():
    for item in <L>:
        seen_#.append(item)
        yield item
for item in gen_#():
    if <F>:
        break
LIST_# = list(seen_#)",
    "seen_# = []
def gen_#():
    for item in <L>:
        seen_#.append(\"made \" + item)
        yield item
for item in gen_#():
    seen_#.append(\"took \" + item)
LIST_# = seen_#",
    "seen_# = []
def gen_#():
    seen_#.append(\"start\")
    yield <T>
    seen_#.append(\"end\")
walk_# = gen_#()
INT_# = len(seen_#)
TEXT_# = next(walk_#)
INT_#B = len(seen_#)
LIST_# = list(walk_#)
INT_#C = len(seen_#)",
    "grow_# = list(<L>)
walk_# = iter(grow_#)
grow_#.append(<T>)
LIST_# = list(walk_#)",
    "grow_# = [<T>]
for item in iter(grow_#):
    if len(grow_#) < 4:
        grow_#.append(item + <T>)
LIST_# = grow_#",
    "grow_# = [<T>, <T>]
for at, item in enumerate(grow_#):
    if at < 2:
        grow_#.append(item + str(at))
LIST_# = grow_#",
    "def inner_#():
    yield <T>
    return <T>
def outer_#():
    result = yield from inner_#()
    yield result
LIST_# = [*outer_#()]
a_#, b_# = outer_#()
TEXT_# = a_# + b_#",
    "log_# = []
def gen_#():
    try:
        for item in [<T>, <T>]:
            yield item
    finally:
        log_#.append(\"closed\")
for item in gen_#():
    log_#.append(item)
    if <F>:
        break
LIST_# = log_#",
    "pairs_# = zip(<L>, <L>)
walk_# = filter(None, <L>)
<B>
LIST_# = [a + b for a, b in pairs_#]
LIST_#B = list(walk_#)
INT_# = len(list(pairs_#))",
    "class Walked#:
    def __init__(self, items):
        self.items = items
    def __iter__(self):
        for item in self.items:
            yield item + <T>
    def __len__(self):
        return len(self.items)
walked_# = Walked#(<L>)
LIST_# = list(walked_#) + [item for item in walked_#]
INT_# = len(walked_#)
FLAG_# = bool(walked_#)",
    "class Steps#:
    def __init__(self):
        self.left = 3
    def __iter__(self):
        return self
    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return <T> + str(self.left)
LIST_# = list(Steps#())",
    "class Old#:
    def __getitem__(self, at):
        if at > 1:
            raise IndexError(at)
        return <T> + str(at)
LIST_# = [item for item in Old#()]
FLAG_# = <T> in Old#()",
    // Contexts.
    "log_# = []
@contextlib.contextmanager
def scope_#(name):
    log_#.append(\"in\")
    try:
        yield name + \"!\"
    except ValueError:
        log_#.append(\"caught\")
    finally:
        log_#.append(\"out\")
with scope_#(<T>) as given_#:
    log_#.append(given_#)
    <B>
    if <F>:
        raise ValueError(\"bad\")
    log_#.append(\"done\")
LIST_# = list(log_#)",
    "@contextlib.contextmanager
def environment_#(**names):
    before = dict(os.environ)
    os.environ.update(names)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
with environment_#(MODE=<T>):
    TEXT_# = os.environ.get(\"MODE\", \"none\")
TEXT_#B = os.environ.get(\"MODE\", \"none\")",
    "@contextlib.contextmanager
def changed_#(items):
    items.append(<T>)
    yield items
    items.append(<T>)
with changed_#(<P>) as same_#:
    LIST_# = list(same_#)
LIST_#B = list(same_#)",
    "class Ctx#:
    def __init__(self):
        self.log = []
    def __enter__(self):
        self.log.append(\"in\")
        return self
    def __exit__(self, kind, value, trace):
        self.log.append(\"out\" if kind is None else kind.__name__)
        return kind is not None and issubclass(kind, KeyError)
ctx_# = Ctx#()
with ctx_# as same_#:
    same_#.log.append(<T>)
    if <F>:
        {}[\"gone\"]
    same_#.log.append(\"end\")
LIST_# = list(ctx_#.log)",
    "def leave_#(items):
    with contextlib.suppress(ValueError):
        for item in items:
            if item == <T>:
                return item
            if <F>:
                raise ValueError(item)
    return \"end\"
TEXT_# = leave_#(<L>)",
    // Functions.
    "def counter_#(start):
    count = start
    def step(by=1):
        nonlocal count
        count += by
        return count
    return step
step_# = counter_#(<I>)
other_# = counter_#(<I>)
step_#()
INT_# = step_#(<I>)
INT_#B = other_#()",
    "calls_# = [lambda: i for i in range(3)]
LIST_# = [str(call()) for call in calls_#]
calls_# = [lambda i=i: i for i in range(3)]
LIST_#B = [str(call()) for call in calls_#]",
    "def loud_#(func):
    @functools.wraps(func)
    def inner(*args, **kwargs):
        return func(*args, **kwargs).upper()
    return inner
def repeat_#(times):
    def decorate(func):
        def inner(*args):
            return func(*args) * times
        return inner
    return decorate
@loud_#
def say_#(a, b=<T>):
    return a + b
@repeat_#(2)
@loud_#
def twice_#(a):
    return a
TEXT_# = say_#(<T>) + say_#(<T>, b=<T>) + twice_#(<T>)
TEXT_#B = say_#.__name__",
    "INT_# = functools.reduce(lambda a, b: a + len(b), <L>, <I>)
LIST_# = functools.reduce(lambda a, b: a + [b], <L>, [])
part_# = functools.partial(\"{}-{}\".format, <T>)
TEXT_# = part_#(<T>)
LIST_#B = sorted(<L>, key=functools.cmp_to_key(lambda a, b: (a > b) - (a < b)))",
    "calls_# = []
@functools.lru_cache(maxsize=None)
def kept_#(text):
    calls_#.append(text)
    return text + <T>
TEXT_# = kept_#(\"a\") + kept_#(\"b\") + kept_#(\"a\")
LIST_# = list(calls_#)",
    "def grow_#(item, into=[]):
    into.append(item)
    return into
grow_#(<T>)
LIST_# = list(grow_#(<T>))
LIST_#B = grow_#(<T>, [])",
    "def leave_#():
    try:
        return <T>
    finally:
        <P>.append(<T>)
def late_#(flag):
    try:
        if flag:
            raise ValueError(<T>)
        return <T>
    except ValueError as error:
        return str(error)
    finally:
        if <F>:
            return <T>
TEXT_# = leave_#() + late_#(True) + late_#(False)",
    "def loop_#(items):
    done = []
    for item in items:
        try:
            if item == <T>:
                continue
            if <F>:
                break
            done.append(item)
        finally:
            done.append(\"f\")
    else:
        done.append(\"else\")
    return done
LIST_# = loop_#(<L>)",
    "def rec_#(n):
    return [] if n <= 0 else rec_#(n - 1) + [<T> + str(n)]
LIST_# = rec_#(3)",
    "class Error#(ValueError):
    def __init__(self, text):
        super().__init__(text)
        self.text = text + <T>
try:
    try:
        raise Error#(<T>)
    except KeyError:
        TEXT_# = \"key\"
    else:
        TEXT_# = \"none\"
    finally:
        LIST_# = <L>
except Error# as error:
    TEXT_# = error.text
    TEXT_#B = str(error.args[0])
try:
    raise KeyError(<T>) from None
except LookupError as error:
    TEXT_#C = error.args[0]",
    // Unpacking, patterns, paths.
    "first_#, *rest_#, last_# = [<T>, *<L>, <T>]
TEXT_# = first_# + last_#
LIST_# = rest_#
(a_#, b_#), *c_# = [(<T>, <T>), <I>]
TEXT_#B = a_# + b_#
for head_#, *tail_# in [<L> + [<T>], (<T>, <T>)]:
    LIST_#B = tail_#
def take_#(first, *others, last=<T>, **more):
    return [first, *others, last, *sorted(more)]
LIST_#C = take_#(*[<T>], *<L>, **{\"k\": 1}, n=2)",
    // Calls whose arguments cannot be counted.
    "seen_# = []
KIND_# = \"before\"
def given_#(first, second=<T>, *others, named=<T>, **more):
    global KIND_#
    KIND_# = first
    seen_#.append(second)
    for item in [*others, *more]:
        seen_#.append(item)
    if named == \"gone\":
        raise KeyError(named)
    return first + named
from_# = <D>
TEXT_# = KIND_#
try:
    TEXT_# = given_#(<T>, **from_#)
except Exception:
    TEXT_# = \"no\"
TEXT_#B = KIND_#
LIST_# = list(seen_#)
try:
    TEXT_#C = given_#(<T>, named=<T>, *[x for x in from_#])
    TEXT_#D = given_#(*from_#, <T>, named=<T>)
except (TypeError, KeyError):
    TEXT_#C = TEXT_#D = \"no\"
LIST_#B = seen_#
TEXT_#E = KIND_#",
    // Lists that others keep, give back or change.
    "kept_#, zipped_#, first_#, chosen_# = [<T>], [<T>], [<T>], [<T>]
LIST_# = kept_#
LIST_#B = zipped_#
LIST_#C = first_#
LIST_#D = chosen_#
holder_# = <D>
holder_#[\"kept\"] = kept_#
holder_#[\"kept\"].append(<T>)
for one_#, other_# in zip([zipped_#, []], <L>):
    one_#.append(other_#)
head_#, *tail_# = [first_#, *<L>]
head_#.append(<T>)
max([chosen_#, <L>], key=len).append(<T>)
import heapq
heapq.heappush(LIST_#B, <T>)",
    "class Point#:
    __match_args__ = (\"x\", \"y\")
    def __init__(self, x, y):
        self.x, self.y = x, y
def kind_#(value):
    match value:
        case Point#(x, 0):
            return \"zero \" + x
        case Point#(x=str() as text, y=int(n)) if n > 3:
            return text + str(n)
        case Point#():
            return \"point\"
        case {\"k\": str(text), **others}:
            return text + str(len(others))
        case [first, *others] if others:
            return str(first)
        case bool():
            return \"flag\"
        case int(n) | float(n):
            return \"number\" + str(n)
        case str(text):
            return text
        case None:
            return \"none\"
    return \"other\"
TEXT_# = kind_#(Point#(<T>, 0)) + kind_#(Point#(<T>, <I>)) + kind_#({\"k\": <T>, \"n\": 1})
TEXT_#B = kind_#(<L>) + kind_#(<I>) + kind_#(<F>) + kind_#(<T>) + kind_#(None) + kind_#({1})",
    "TEXT_# = os.path.normpath(\"//a\") + os.path.normpath(\"///a/../b\") + os.path.normpath(\"a//b/../..\")
TEXT_#B = os.path.normpath(<T> + \"/\" + <T>) + os.path.normpath(\"/../\" + <T>)
TEXT_#C = os.path.splitext(<T> + \".tar.gz\")[1] + os.path.split(\"/x/\" + <T>)[0] + os.path.dirname(\"/a//b\")
TEXT_#D = os.path.relpath(\"/a/b\", \"/a/c\") + os.path.commonprefix([<T>, <T>]) + os.path.abspath(\"/x/./y/..\")
FLAG_# = os.path.isabs(<T>)",
    "TEXT_# = str(Path(\"/a/b.tar.gz\").with_suffix(\"\")) + Path(\"x/y\").as_posix() + \"|\".join(Path(\"/a/b\").parts)
TEXT_#B = str(Path(\"/a/b\").parents[0]) + str(Path(\"/a/b/c\").relative_to(\"/a\")) + Path(\"a.b.c\").stem
FLAG_# = Path(\"/a\") in Path(\"/a/b\").parents
FLAG_#B = Path(<T>) == Path(<T>)",
    "TEXT_# = \"{0!r:>8}|{k[x]}|{1:,}\".format(<T>, <I>, k={\"x\": <T>})
TEXT_#B = \"%-6s|%5.1f|%x\" % (<T>, 1.25, 255)
TEXT_#C = f\"{<I>:>6,}|{<I>:#x}\"
TEXT_#D = <T>.translate(str.maketrans(\"ab\", \"xy\")) + <T>.expandtabs() + <T>.center(9, \"*\")",
    "walked_# = []
while len(walked_#) < 3:
    walked_#.append(<T>)
    if <F>:
        break
else:
    walked_#.append(\"full\")
LIST_# = walked_#
LIST_#B = [(y := x + <T>) + y for x in walked_#]
TEXT_# = y if walked_# else <T>",
    "class Level#:
    LOW = <T>
    HIGH = <T>
    ALL = [LOW, HIGH]
    @classmethod
    def names(cls):
        return [name for name in vars(cls) if name.isupper()]
    @staticmethod
    def pick(flag):
        return Level#.HIGH if flag else Level#.LOW
LIST_# = Level#.names()
LIST_#B = Level#.ALL
TEXT_# = Level#.pick(<F>)
Level#.LOW = <T>
TEXT_#B = Level#().LOW + Level#.ALL[0]
setattr(Level#, \"EXTRA\", <T>)
TEXT_#C = getattr(Level#, \"EXTRA\")
del Level#.EXTRA
FLAG_# = hasattr(Level#, \"EXTRA\")",
    "dict_# = {\"b\": <T>, \"a\": <T>}
dict_#[\"c\"] = dict_#.pop(\"b\")
LIST_# = list(dict_#)
LIST_#B = [k for k, v in sorted(dict_#.items(), key=lambda pair: pair[1])]
last_# = dict_#.popitem()
TEXT_# = last_#[0] + last_#[1]
keys_# = dict_#.keys()
dict_#[\"z\"] = <T>
LIST_#C = list(keys_#)
FLAG_# = keys_# == {\"a\", \"z\"}
LIST_#D = sorted(keys_# & {\"a\", <T>})",
    // What runs where no call is written.
    "log_# = []
TEXT_#Z = <T>
class Odd#:
    made = []
    def __init__(self, given):
        self.given = given
        Odd#.made.append(given)
    def __eq__(self, other):
        global TEXT_#Z
        TEXT_#Z = \"eq\"
        return self.given == other
    def __hash__(self):
        log_#.append(\"hash\")
        return 1
    def __bool__(self):
        self.given = self.given + \"?\"
        return True
    def __lt__(self, other):
        Odd#.made.append(\"lt\")
        return True
    def __format__(self, spec):
        <P>.append(\"format\")
        return self.given
    def __radd__(self, other):
        return other + self.given
    def __index__(self):
        return 0
odd_# = Odd#(<T>)
FLAG_#A = odd_# == <T>
FLAG_#B = bool(odd_#) and <F>
TEXT_#B = f\"{odd_#}\"
LIST_#A = [item.given for item in sorted([odd_#, Odd#(<T>)])]
DICT_#A = {\"list\": <L>, \"inner\": {}, \"size\": len({odd_#: 1})}
TEXT_#C = <T> + odd_#
TEXT_#D = [<T>, <T>][odd_#]
LIST_#B = list(log_#)
LIST_#C = list(Odd#.made)
TEXT_#E = odd_#.given",
    "import thirdparty
log_# = []
TEXT_#Z = <T>
def back_#(item=<P>):
    global TEXT_#Z
    TEXT_#Z = <T>
    log_#.append(\"back\")
    item.append(\"back\")
    return log_#
thirdparty.call(back_#)
LIST_#A = list(log_#)
@thirdparty.wrap
def wrapped_#():
    log_#.append(\"wrapped\")
thirdparty.call(<P>.append, <T>)
LIST_#B = list(log_#)
log_# = [<T>]
thirdparty.flag()
thirdparty.call(lambda: log_#)
LIST_#C = list(log_#)
TEXT_#B = TEXT_#Z",
    "class Register#:
    def __init__(self):
        self.names = []
    def add(self, function):
        self.names.append(function.__name__)
        return function
    def __call__(self, function):
        self.names.insert(0, function.__name__)
        return lambda: <T>
register_# = Register#()
@register_#.add
def first_#():
    return <T>
@register_#
def second_#():
    return <T>
LIST_# = list(register_#.names)
TEXT_# = first_#() + second_#()",
    "import thirdparty
pairs_# = [(\"k\", <T>), *thirdparty.mapping().items(), (\"n\", <T>)]
DICT_# = {\"list\": <L>, \"inner\": {}, **{key: str(value) for key, value in pairs_# if key != \"list\"}}
DICT_#B = {\"list\": <L>, \"inner\": {}, **{key.lower(): value for key, value in DICT_#.items() if key not in (\"list\", \"inner\")}}
walked_# = itertools.chain([<P>], thirdparty.items())
next(walked_#).append(<T>)
LIST_#A = [len(item) for item in walked_#]",
    "import re
import thirdparty
DICT_# = {\"list\": [], \"inner\": {}}
LIST_#, LIST_#A, LIST_#B, LIST_#C = [], [], [], []
def kept_#(item):
    LIST_#.append(<T>)
    return item
class Made_#:
    def __init__(self, item):
        LIST_#A.append(<T>)
        self.item = item
list(map(kept_#, <L>)) if <B> else list(map(kept_#, thirdparty.items()))
made_# = list(map(Made_#, [*<L>, *thirdparty.items()]))
LIST_#D = sorted([*<L>, *thirdparty.items()], key=lambda item: LIST_#B.append(<T>) or str(item))
DICT_#[\"list\"] = list(filter(lambda item: LIST_#C.append(item) or item, <L>))
TEXT_# = re.sub(\"a\", lambda found: DICT_#[\"inner\"].update(k=<T>) or \"b\", <T>)",
    "class Equal#:
    def __init__(self, names):
        self.names = names
    def __eq__(self, other):
        self.names.append(<T>)
        other.append(<T>)
        return <B>
    def __lt__(self, other):
        other.insert(0, <T>)
        return <B>
LIST_#, LIST_#A, LIST_#B = <L>, <L>, <L>
equal_# = Equal#(LIST_#)
BOOL_# = bool(equal_# == LIST_#A)
if equal_# < LIST_#B:
    TEXT_# = <T>
else:
    TEXT_# = <T>",
    "source_# = \"RAN_# = 'x'\\nfor i in range(2):\\n    RAN_# += str(i)\\n\"
exec(source_#)
TEXT_# = RAN_#
space_# = {}
exec(compile(\"value = base + '!'\", \"<text>\", \"exec\"), {\"base\": <T>}, space_#)
TEXT_#B = space_#[\"value\"]
INT_# = eval(\"1 + 2\")",
];

impl Gen {
    /// One of the idioms. What it makes can be read afterwards.
    pub(super) fn idiom(&mut self, depth: usize) -> String {
        let text = self.pick(IDIOMS);
        self.next += 1;
        let text = text.replace('#', &self.next.to_string());
        let looping = std::mem::replace(&mut self.looping, false);
        let mut out = Vec::new();
        for line in text.lines() {
            if line.trim() == "<B>" {
                let mut block = self.branch(depth.min(1));
                for _ in 0..(line.len() - line.trim_start().len()) / 4 {
                    block = indent(&block);
                }
                out.push(block);
                continue;
            }
            out.push(self.filled(line));
        }
        self.looping = looping;
        for line in text.lines() {
            let Some((name, _)) = line.split_once(" = ") else { continue };
            let Some((word, _)) = name.split_once('_') else { continue };
            if let Some(ty) = super::TYPES.iter().find(|ty| ty.word() == word) {
                self.declare(name, *ty);
            }
        }
        out.join("\n")
    }

    /// A line with expressions in its places.
    fn filled(&mut self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('<') {
            let (before, from) = rest.split_at(at);
            out += before;
            let is_place = from.as_bytes().get(2) == Some(&b'>');
            let made = match from.as_bytes().get(1).filter(|_| is_place) {
                Some(b'T') if out.contains("f\"{") => Some("'q'".to_owned()),
                Some(b'I') if out.contains("f\"{") => Some("1234".to_owned()),
                Some(b'T') => Some(self.expr(Ty::Text, 1)),
                Some(b'I') => Some(self.expr(Ty::Int, 1)),
                Some(b'F') => Some(self.flag(1)),
                Some(b'L') => Some(self.expr(Ty::List, 1)),
                Some(b'S') => Some(self.expr(Ty::Set, 1)),
                Some(b'D') => Some(self.expr(Ty::Dict, 1)),
                Some(b'P') => Some(self.place(Ty::List).unwrap_or_else(|| "[\"only\"]".to_owned())),
                _ => None,
            };
            let (text, taken) = made.map_or(("<".to_owned(), 1), |made| (made, 3));
            out += &text;
            rest = &from[taken..];
        }
        out + rest
    }
}

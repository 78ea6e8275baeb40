//! Expressions of a wanted type.

use super::{Gen, Ty};

const TEXTS: [&str; 16] = [
    "a", "b", "alpha", "Beta", "x,y", "a, b ,c", "1", "42", "off", "True", "", " padded ", "prod", "it's",
    "é", "A-b_c",
];
const NAMES: [&str; 6] = ["DEBUG", "HOSTS", "LEVEL", "PORT", "MODE", "EXTRA"];
pub(super) const KEYS: [&str; 4] = ["k", "n", "name", "x"];

impl Gen {
    pub(super) fn expr(&mut self, ty: Ty, depth: usize) -> String {
        if depth == 0 || self.chance(12) {
            return self.leaf(ty);
        }
        if self.unknown && self.chance(5) {
            return outside(ty).to_owned();
        }
        if self.chance(30)
            && let Some(place) = self.place(ty)
        {
            return place;
        }
        if self.chance(3) && matches!(ty, Ty::Text | Ty::List | Ty::Dict | Ty::Int) {
            return self.taken(ty, depth - 1);
        }
        if self.chance(6) {
            let (cond, a, b) = (self.flag(depth - 1), self.expr(ty, depth - 1), self.expr(ty, depth - 1));
            return format!("({a} if {cond} else {b})");
        }
        if self.chance(4) {
            let fitting: Vec<_> = self.funcs.iter().filter(|f| f.gives == ty).cloned().collect();
            if !fitting.is_empty() {
                let func = fitting[self.below(fitting.len())].clone();
                let args: Vec<String> = func.takes.iter().map(|t| self.expr(*t, depth - 1)).collect();
                return format!("{}({})", func.name, args.join(", "));
            }
        }
        match ty {
            Ty::Int => self.int(depth - 1),
            Ty::Float => self.float(depth - 1),
            Ty::Text => self.text(depth - 1),
            Ty::Flag => self.flag(depth - 1),
            Ty::List => self.list(depth - 1),
            Ty::Tuple => self.tuple(depth - 1),
            Ty::Set => self.set(depth - 1),
            Ty::Dict => self.dict(depth - 1),
            Ty::Delta => self.delta(depth - 1),
            Ty::Path => self.path(depth - 1),
        }
    }

    /// What a collection gives up, or holds afterwards.
    fn taken(&mut self, ty: Ty, d: usize) -> String {
        let (dict, default) = (self.expr(Ty::Dict, d), self.expr(ty, d));
        let key = self.pick(&["list", "inner", "k", "n", "absent"]);
        match (ty, self.below(4)) {
            (Ty::Text, 0) => format!("str({dict}.get({key:?}, {default}))"),
            (Ty::Text, 1) => format!("[{default}, *{}].pop(0)", self.expr(Ty::List, d)),
            (Ty::Text, 2) => format!("str(dict({dict}).popitem())"),
            (Ty::Int, 0) => format!("len(str(dict({dict}).pop({key:?}, {default})))"),
            (Ty::List, 0) => format!("{dict}.setdefault(\"list\", {default})"),
            (Ty::List, 1) => format!("dict({dict}).pop(\"list\", {default})"),
            (Ty::Dict, 0) => format!("{{**{default}, **{dict}.pop(\"more\", {{}})}}"),
            (Ty::Dict, 1) => format!("{{**{default}, \"taken\": dict({dict}).pop({key:?}, None)}}"),
            (Ty::Dict, 2) => format!("{{**{default}, \"set\": dict({dict}).setdefault({key:?}, 1)}}"),
            _ => self.leaf(ty),
        }
    }

    fn literal(&mut self) -> String {
        format!("{:?}", self.pick(&TEXTS))
    }

    pub(super) fn leaf(&mut self, ty: Ty) -> String {
        if self.chance(40)
            && let Some(place) = self.place(ty)
        {
            return place;
        }
        match ty {
            Ty::Int => self.pick(&["0", "1", "2", "7", "(-3)", "100", "(10 ** 6)"]).to_owned(),
            Ty::Float => self.pick(&["0.5", "2.0", "(-1.25)", "1e3"]).to_owned(),
            Ty::Text => self.literal(),
            Ty::Flag => self.pick(&["True", "False"]).to_owned(),
            Ty::List => format!("[{}]", self.literals()),
            Ty::Tuple => match self.below(3) {
                0 => "()".to_owned(),
                _ => format!("({}, {})", self.literal(), self.literal()),
            },
            Ty::Set => format!("{{{}, {}}}", self.literal(), self.literal()),
            Ty::Dict => {
                let (a, b, c) = (self.literal(), self.literals(), self.literal());
                format!("{{\"k\": {a}, \"list\": [{b}], \"inner\": {{\"k\": {c}}}}}")
            }
            Ty::Delta => self.pick(&["timedelta(days=1)", "timedelta(minutes=5)", "timedelta()"]).to_owned(),
            Ty::Path => self.pick(&["BASE_DIR", "Path('etc')", "(Path('/var') / 'lib')"]).to_owned(),
        }
    }

    fn literals(&mut self) -> String {
        let n = self.below(4);
        (0..n).map(|_| self.literal()).collect::<Vec<_>>().join(", ")
    }

    fn int(&mut self, d: usize) -> String {
        match self.below(18) {
            0 => format!("({} + {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            1 => format!("({} - {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            2 => format!("({} * 3)", self.expr(Ty::Int, d)),
            3 => format!("({} // 4)", self.expr(Ty::Int, d)),
            4 => format!("({} % 5)", self.expr(Ty::Int, d)),
            5 => format!("len({})", self.expr(Ty::List, d)),
            6 => format!("len({})", self.expr(Ty::Text, d)),
            7 => format!("int({:?})", self.pick(&["5", " 12 ", "-7", "1_000"])),
            8 => format!("int(os.environ.get({:?}, {:?}))", self.pick(&NAMES), self.pick(&["8", "0", "-1"])),
            9 => format!("sum(len(x) for x in {})", self.expr(Ty::List, d)),
            10 => format!("{}.count({})", self.expr(Ty::List, d), self.expr(Ty::Text, d)),
            11 => format!("max({}, {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            12 => format!("abs({})", self.expr(Ty::Int, d)),
            13 => format!("int({})", self.expr(Ty::Flag, d)),
            14 => format!("round({})", self.expr(Ty::Float, d)),
            15 => format!("{}.find({})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            16 => format!("divmod({}, 7)[{}]", self.expr(Ty::Int, d), self.below(2)),
            _ => format!("len({})", self.expr(Ty::Dict, d)),
        }
    }

    fn float(&mut self, d: usize) -> String {
        match self.below(7) {
            0 => format!("({} + {})", self.expr(Ty::Float, d), self.expr(Ty::Int, d)),
            1 => format!("({} * 0.5)", self.expr(Ty::Float, d)),
            2 => format!("({} / 4)", self.expr(Ty::Int, d)),
            3 => format!("float({:?})", self.pick(&["1.5", "2", " 3e2 "])),
            4 => format!("{}.total_seconds()", self.expr(Ty::Delta, d)),
            5 => format!("min({}, {})", self.expr(Ty::Float, d), self.expr(Ty::Float, d)),
            _ => format!("abs({})", self.expr(Ty::Float, d)),
        }
    }

    fn text(&mut self, d: usize) -> String {
        match self.below(34) {
            0 => format!("({} + {})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            1 => format!("f\"<{{{}}}>\"", self.inner(Ty::Text, d)),
            2 => format!("f\"{{{}!r}} {{{}:>4}}\"", self.inner(Ty::Text, d), self.inner(Ty::Int, d)),
            3 => format!("(\"%s-%d\" % ({}, {}))", self.expr(Ty::Text, d), self.expr(Ty::Int, d)),
            4 => format!("\"{{}}/{{x}}\".format({}, x={})", self.expr(Ty::Text, d), self.expr(Ty::Int, d)),
            5 => {
                let method = self.pick(&[
                    "lower",
                    "upper",
                    "strip",
                    "title",
                    "capitalize",
                    "swapcase",
                    "lstrip",
                    "casefold",
                ]);
                format!("{}.{method}()", self.expr(Ty::Text, d))
            }
            6 => format!("{}.replace({}, {})", self.expr(Ty::Text, d), self.literal(), self.literal()),
            7 => format!("\",\".join({})", self.expr(Ty::List, d)),
            8 => format!("str({})", self.expr(Ty::Int, d)),
            9 => format!("os.environ.get({:?}, {})", self.pick(&NAMES), self.expr(Ty::Text, d)),
            10 => format!("(os.getenv({:?}) or {})", self.pick(&NAMES), self.expr(Ty::Text, d)),
            11 => {
                let (a, b) = (["-1", "0", "1"][self.below(3)], self.below(6));
                format!("{}[{a}:{b}]", self.expr(Ty::Text, d))
            }
            12 => format!("{}[::-1]", self.expr(Ty::Text, d)),
            13 => format!("({} * {})", self.expr(Ty::Text, d), self.below(3)),
            14 => format!("str({})", self.expr(Ty::Path, d)),
            15 => format!("os.path.join({}, {})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            16 => format!("{}.get({:?}, \"d\")", self.text_dict(d), self.pick(&super::expr::KEYS)),
            17 => format!("repr({})", self.expr(Ty::List, d)),
            18 => format!("json.dumps({})", self.expr(Ty::List, d)),
            19 => format!("{}.partition(\",\")[{}]", self.expr(Ty::Text, d), self.below(3)),
            20 => format!("({} + [\"z\"])[{}]", self.expr(Ty::List, d), self.pick(&["0", "-1"])),
            21 => format!("next(iter({}), \"none\")", self.expr(Ty::List, d)),
            22 => format!("{}.rsplit(\",\", 1)[0]", self.expr(Ty::Text, d)),
            23 => format!("min({} + [\"m\"])", self.expr(Ty::List, d)),
            24 => format!("(\"%(a)s\" % {{\"a\": {}}})", self.expr(Ty::Text, d)),
            25 => format!("str({})", self.expr(Ty::Flag, d)),
            26 => format!("str({})", self.expr(Ty::Dict, d)),
            27 => format!("{}.zfill(4)", self.expr(Ty::Text, d)),
            28 => format!("f\"{{{}:05d}}|{{{}:.2f}}\"", self.inner(Ty::Int, d), self.inner(Ty::Float, d)),
            29 => format!("os.path.basename({})", self.expr(Ty::Text, d)),
            30 => format!("{}.removeprefix({})", self.expr(Ty::Text, d), self.literal()),
            31 => format!("re.sub(r\"[^a-z]+\", \"-\", {})", self.expr(Ty::Text, d)),
            32 => format!("{}.decode()", self.bytes(d)),
            _ if self.unknown => "thirdparty.text()".to_owned(),
            _ => format!("{}.name", self.expr(Ty::Path, d)),
        }
    }

    fn bytes(&mut self, d: usize) -> String {
        format!("{}.encode()", self.expr(Ty::Text, d))
    }

    /// A dict of which every value is a text.
    fn text_dict(&mut self, d: usize) -> String {
        match self.below(3) {
            0 => format!("{{\"k\": {}, \"n\": {}}}", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            1 => format!("{{x: x.upper() for x in {}}}", self.expr(Ty::List, d)),
            _ => format!("dict(k={}, name={})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
        }
    }

    /// An expression that can stand inside an f-string: without double quotes and backslashes.
    fn inner(&mut self, ty: Ty, d: usize) -> String {
        let text = self.expr(ty, d.min(1));
        if text.contains(['"', '\\', '{', '}']) {
            return match ty {
                Ty::Int => "4".to_owned(),
                Ty::Float => "0.25".to_owned(),
                _ => "'q'".to_owned(),
            };
        }
        text
    }

    pub(super) fn flag(&mut self, d: usize) -> String {
        if d == 0 {
            return self.leaf(Ty::Flag);
        }
        let d = d - 1;
        match self.below(24) {
            0 => format!("(not {})", self.expr(Ty::Flag, d)),
            1 => format!("({} and {})", self.expr(Ty::Flag, d), self.expr(Ty::Flag, d)),
            2 => format!("({} or {})", self.expr(Ty::Flag, d), self.expr(Ty::Flag, d)),
            3 => format!("({} == {})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            4 => format!("({} in {})", self.expr(Ty::Text, d), self.expr(Ty::List, d)),
            5 => format!("({} not in {})", self.expr(Ty::Text, d), self.expr(Ty::Dict, d)),
            6 => {
                let op = self.pick(&["<", "<=", ">", "!=", "=="]);
                format!("({} {op} {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d))
            }
            7 => format!("(0 <= {} < 10)", self.expr(Ty::Int, d)),
            8 => format!("bool({})", self.expr(Ty::List, d)),
            9 => format!("bool({})", self.expr(Ty::Text, d)),
            10 => format!(
                "(os.environ.get({:?}, \"no\").lower() in (\"1\", \"yes\", \"true\"))",
                self.pick(&NAMES)
            ),
            11 => format!("({:?} in os.environ)", self.pick(&NAMES)),
            12 => format!("any(x.isdigit() for x in {})", self.expr(Ty::List, d)),
            13 => format!("all(len(x) > 1 for x in {})", self.expr(Ty::List, d)),
            14 => format!("{}.startswith({})", self.expr(Ty::Text, d), self.literal()),
            15 => format!(
                "isinstance({}, {})",
                self.expr(Ty::Dict, d),
                self.pick(&["dict", "list", "(list, dict)"])
            ),
            16 => format!("({} is None)", self.pick(&["os.environ.get('MISSING')", "None", "5"])),
            17 => format!("({} == {})", self.expr(Ty::List, d), self.expr(Ty::List, d)),
            18 => format!("({} < {})", self.expr(Ty::Text, d), self.expr(Ty::Text, d)),
            19 => format!("({} in {})", self.expr(Ty::Text, d), self.expr(Ty::Set, d)),
            20 => format!("bool({})", self.expr(Ty::Dict, d)),
            21 => format!("hasattr({}, {:?})", self.pick(&["os", "sys"]), "environ"),
            _ if self.unknown => "thirdparty.flag()".to_owned(),
            _ => format!(
                "(({} == {}) is {})",
                self.expr(Ty::Int, d),
                self.expr(Ty::Int, d),
                self.leaf(Ty::Flag)
            ),
        }
    }

    fn list(&mut self, d: usize) -> String {
        match self.below(26) {
            0 => format!("({} + {})", self.expr(Ty::List, d), self.expr(Ty::List, d)),
            1 => format!("[*{}, {}]", self.expr(Ty::List, d), self.expr(Ty::Text, d)),
            2 => format!("[*{}, *{}]", self.expr(Ty::Tuple, d), self.expr(Ty::List, d)),
            3 => format!("{}.split(\",\")", self.expr(Ty::Text, d)),
            4 => format!("[x.strip() for x in {}.split(\",\") if x.strip()]", self.expr(Ty::Text, d)),
            5 => format!("[x for x in {} if x != {}]", self.expr(Ty::List, d), self.literal()),
            6 => format!("list({})", self.expr(Ty::Tuple, d)),
            7 => format!("sorted({})", self.expr(Ty::List, d)),
            8 => format!("sorted({}, key=len, reverse={})", self.expr(Ty::List, d), self.leaf(Ty::Flag)),
            9 => format!("list(reversed({}))", self.expr(Ty::List, d)),
            10 => format!("{}.copy()", self.expr(Ty::List, d)),
            11 => {
                let bounds = self.pick(&["1:", ":2", ":-1", "::2", "-2:", "1:3", "::-1", ":"]);
                format!("{}[{bounds}]", self.expr(Ty::List, d))
            }
            12 => format!("({} * 2)", self.expr(Ty::List, d)),
            13 => format!("list(map(str.upper, {}))", self.expr(Ty::List, d)),
            14 => format!("list(filter(None, {}))", self.expr(Ty::List, d)),
            15 => format!("list({})", self.text_dict(d)),
            16 => format!("list({}.values())", self.text_dict(d)),
            17 => format!("copy.deepcopy({})", self.expr(Ty::List, d)),
            18 => format!("[a + b for a in {} for b in {} if a]", self.leaf(Ty::List), self.leaf(Ty::Tuple)),
            19 => format!("[str(i) for i, x in enumerate({}, {})]", self.expr(Ty::List, d), self.below(3)),
            20 => format!("[a + b for a, b in zip({}, {})]", self.expr(Ty::List, d), self.expr(Ty::Tuple, d)),
            21 => format!("{}[\"list\"]", self.leaf(Ty::Dict)),
            22 => format!("json.loads({:?})", self.pick(&["[\"a\", \"b\"]", "[]", "[\"\\u00e9\"]"])),
            23 => format!("({} or {})", self.expr(Ty::List, d), self.expr(Ty::List, d)),
            24 => format!("list(itertools.chain({}, {}))", self.expr(Ty::List, d), self.expr(Ty::Tuple, d)),
            _ if self.unknown => "thirdparty.items()".to_owned(),
            _ => format!("[f\"{{i}}\" for i in range({})]", self.below(4)),
        }
    }

    fn tuple(&mut self, d: usize) -> String {
        match self.below(7) {
            0 => format!("({} + {})", self.expr(Ty::Tuple, d), self.expr(Ty::Tuple, d)),
            1 => format!("tuple({})", self.expr(Ty::List, d)),
            2 => format!("({}, *{})", self.expr(Ty::Text, d), self.expr(Ty::List, d)),
            3 => format!("{}[{}]", self.expr(Ty::Tuple, d), self.pick(&["1:", ":1", "::-1"])),
            4 => format!("tuple(x * 2 for x in {})", self.expr(Ty::List, d)),
            5 => format!("tuple(sorted({}))", self.expr(Ty::Set, d)),
            _ => format!("({} * 2)", self.expr(Ty::Tuple, d)),
        }
    }

    fn set(&mut self, d: usize) -> String {
        match self.below(8) {
            0 => format!("set({})", self.expr(Ty::List, d)),
            1 => format!("({} | {})", self.expr(Ty::Set, d), self.expr(Ty::Set, d)),
            2 => format!("({} & {})", self.expr(Ty::Set, d), self.expr(Ty::Set, d)),
            3 => format!("({} - {})", self.expr(Ty::Set, d), self.expr(Ty::Set, d)),
            4 => format!("{{x[:1] for x in {}}}", self.expr(Ty::List, d)),
            5 => format!("frozenset({})", self.expr(Ty::Tuple, d)),
            6 => format!("({} ^ {})", self.expr(Ty::Set, d), self.expr(Ty::Set, d)),
            _ => format!("set({}).union({})", self.expr(Ty::List, d), self.expr(Ty::Tuple, d)),
        }
    }

    /// A dict always has `list` (a list) and `inner` (a dict).
    fn dict(&mut self, d: usize) -> String {
        let (list, inner) = (self.expr(Ty::List, d.min(1)), self.text_dict(d.min(1)));
        match self.below(9) {
            0 => format!("{{**{}, \"k\": {}}}", self.expr(Ty::Dict, d), self.expr(Ty::Text, d)),
            1 => format!("({} | {})", self.expr(Ty::Dict, d), self.expr(Ty::Dict, d)),
            2 => format!("dict({}, n={})", self.expr(Ty::Dict, d), self.expr(Ty::Int, d)),
            3 => format!("copy.deepcopy({})", self.expr(Ty::Dict, d)),
            4 => format!("{}.copy()", self.expr(Ty::Dict, d)),
            5 => format!("{{\"n\": {}, \"list\": {list}, \"inner\": {inner}}}", self.expr(Ty::Int, d)),
            6 => format!("dict(list={list}, inner={inner}, x={})", self.expr(Ty::Flag, d)),
            7 => {
                format!("{{key: value for key, value in {}.items() if key != \"x\"}}", self.expr(Ty::Dict, d))
            }
            _ => format!("dict([(\"list\", {list}), (\"inner\", {inner})])"),
        }
    }

    fn delta(&mut self, d: usize) -> String {
        match self.below(5) {
            0 => format!("timedelta(days={}, hours=2)", self.expr(Ty::Int, d)),
            1 => format!("({} + {})", self.expr(Ty::Delta, d), self.expr(Ty::Delta, d)),
            2 => format!("({} * 3)", self.expr(Ty::Delta, d)),
            3 => format!("timedelta(seconds={})", self.expr(Ty::Float, d)),
            _ => format!("({} - {})", self.expr(Ty::Delta, d), self.expr(Ty::Delta, d)),
        }
    }

    fn path(&mut self, d: usize) -> String {
        match self.below(6) {
            0 => format!("({} / {:?})", self.expr(Ty::Path, d), self.pick(&["media", "a/b", "../up"])),
            1 => format!("{}.parent", self.expr(Ty::Path, d)),
            2 => format!("BASE_DIR.joinpath(\"x\", {:?})", self.pick(&["y", "z.txt"])),
            3 => format!("{}.with_suffix(\".log\")", "(BASE_DIR / 'name.txt')"),
            4 => "Path(__file__).resolve().parent".to_owned(),
            _ => format!("Path(os.path.join(BASE_DIR, {:?}))", self.pick(&["static", "/abs", ""])),
        }
    }
}

/// A value that comes from outside of the project.
fn outside(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "thirdparty.number()",
        Ty::Float => "thirdparty.real()",
        Ty::Text => "thirdparty.text()",
        Ty::Flag => "thirdparty.flag()",
        Ty::List => "thirdparty.items()",
        Ty::Tuple => "thirdparty.pair()",
        Ty::Set => "thirdparty.group()",
        Ty::Dict => "thirdparty.mapping()",
        Ty::Delta => "thirdparty.delta()",
        Ty::Path => "thirdparty.path()",
    }
}

//! Statements, from assignments to functions and classes.

#![expect(clippy::many_single_char_names, reason = "operands of generated statements")]

use super::{Func, Gen, Ty, indent};

impl Gen {
    /// A few statements as one block.
    pub(super) fn block(&mut self, depth: usize) -> String {
        let n = 1 + self.below(3);
        (0..n).map(|_| self.stmt(depth)).collect::<Vec<_>>().join("\n")
    }

    /// A block whose new names may not be bound afterwards.
    pub(super) fn branch(&mut self, depth: usize) -> String {
        let known = self.places.len();
        let block = self.block(depth);
        self.places.truncate(known);
        block
    }

    pub(super) fn stmt(&mut self, depth: usize) -> String {
        if depth > 0 && !self.local && self.chance(18) {
            return self.idiom(depth - 1);
        }
        match self.below(if depth == 0 { 52 } else { 100 }) {
            0..=14 => self.assign(),
            15..=24 => self.edit_list(),
            25..=32 => self.edit_dict(),
            33..=37 => self.augment(),
            38..=40 => self.several(),
            41..=42 => self.environment(),
            43..=44 => self.reflect(),
            45..=46 => self.edit_set(),
            47..=48 => self.alias(),
            49..=50 => self.walrus(),
            51 => self.escape(),
            52..=63 => self.branching(depth - 1),
            64..=73 => self.looping(depth - 1),
            74..=82 => self.trying(depth - 1),
            83..=90 if !self.local => self.function(depth - 1),
            91..=95 if !self.local => self.class(depth - 1),
            _ => self.matching(depth - 1),
        }
    }

    fn assign(&mut self) -> String {
        let ty = self.ty();
        let value = self.expr(ty, 3);
        let name = self.name(ty);
        self.declare(&name, ty);
        if self.chance(8) { format!("{name}: object = {value}") } else { format!("{name} = {value}") }
    }

    /// Another name for the same object.
    fn alias(&mut self) -> String {
        let ty = self.pick(&[Ty::List, Ty::Dict, Ty::List, Ty::Set]);
        let Some(place) = self.place(ty) else { return self.assign() };
        let name = self.fresh(ty);
        self.declare(&name, ty);
        format!("{name} = {place}")
    }

    fn several(&mut self) -> String {
        let (a, b) = (self.ty(), self.ty());
        let (x, y) = (self.expr(a, 2), self.expr(b, 2));
        match self.below(4) {
            0 => {
                let (m, n) = (self.fresh(a), self.fresh(b));
                self.declare(&m, a);
                self.declare(&n, b);
                format!("{m}, {n} = {x}, {y}")
            }
            1 => {
                let (m, n) = (self.fresh(a), self.fresh(a));
                self.declare(&m, a);
                self.declare(&n, a);
                format!("{m} = {n} = {x}")
            }
            2 => {
                let list = self.expr(Ty::List, 1);
                let (m, n) = (self.fresh(Ty::Text), self.fresh(Ty::List));
                self.declare(&m, Ty::Text);
                self.declare(&n, Ty::List);
                format!("{m}, *{n} = [\"first\"] + {list}")
            }
            _ => {
                let (Some(m), Some(n)) = (self.place(Ty::Int), self.place(Ty::Int)) else {
                    return self.assign();
                };
                if m.contains(['.', '[']) || n.contains(['.', '[']) || self.local {
                    return self.assign();
                }
                format!("{m}, {n} = {n}, {m}")
            }
        }
    }

    fn edit_list(&mut self) -> String {
        let Some(list) = self.place(Ty::List) else { return self.assign() };
        let text = self.expr(Ty::Text, 2);
        match self.below(17) {
            0..=2 => format!("{list}.append({text})"),
            3 => format!("{list}.extend({})", self.expr(Ty::List, 2)),
            4 => format!("{list}.extend({})", self.expr(Ty::Tuple, 2)),
            5 => format!("{list}.insert({}, {text})", self.pick(&["0", "1", "-1", "99"])),
            6 => format!("if {text} in {list}:\n    {list}.insert({list}.index({text}) + 1, \"after\")"),
            7 => format!("if {text} in {list}:\n    {list}.remove({text})"),
            8 => format!("if {list}:\n    {list}.pop({})", self.pick(&["", "0", "-1"])),
            9 => format!("{list}.reverse()"),
            10 => format!("{list}.sort({})", self.pick(&["", "key=len", "reverse=True"])),
            11 => {
                format!("{list}[{}] = {}", self.pick(&[":0", "1:1", ":1", "1:", ":"]), self.expr(Ty::List, 1))
            }
            12 => format!("if len({list}) > 1:\n    {list}[{}] = {text}", self.pick(&["0", "-1", "1"])),
            13 => format!("del {list}[{}]", self.pick(&[":1", "1:", ":"])),
            14 if self.chance(10) => format!("{list}.remove({text})"),
            15 if self.unknown => format!("thirdparty.touch({list})"),
            _ if self.local && list.starts_with(char::is_uppercase) => format!("{list}.append({text})"),
            _ => format!("{list} += {}", self.expr(Ty::Tuple, 1)),
        }
    }

    fn edit_set(&mut self) -> String {
        let Some(set) = self.place(Ty::Set) else { return self.assign() };
        let text = self.expr(Ty::Text, 1);
        // A frozenset has no such methods.
        match self.below(4) {
            0 => format!("if isinstance({set}, set):\n    {set}.add({text})"),
            1 => format!("if isinstance({set}, set):\n    {set}.discard({text})"),
            2 => format!("if isinstance({set}, set):\n    {set}.update({})", self.expr(Ty::List, 1)),
            _ => format!("if type({set}) is set:\n    {set}.clear()"),
        }
    }

    fn edit_dict(&mut self) -> String {
        let Some(dict) = self.place(Ty::Dict) else { return self.assign() };
        let key = self.pick(&super::expr::KEYS);
        match self.below(16) {
            0..=2 => {
                let ty = self.ty();
                format!("{dict}[{key:?}] = {}", self.expr(ty, 2))
            }
            3 => format!("{dict}[\"list\"].append({})", self.expr(Ty::Text, 2)),
            4 => format!("{dict}[\"list\"] += {}", self.expr(Ty::List, 1)),
            5 => format!("{dict}[\"inner\"][{key:?}] = {}", self.expr(Ty::Text, 2)),
            6 => format!("{dict}.update({})", self.expr(Ty::Dict, 1)),
            7 => format!("{dict}.update({key}={})", self.expr(Ty::Int, 2)),
            8 => format!("{dict}.setdefault({key:?}, {})", self.expr(Ty::Text, 1)),
            9 => format!("{dict}.setdefault(\"deep\", {{}})[{key:?}] = {}", self.expr(Ty::Flag, 1)),
            10 => format!("{dict}.pop({key:?}, None)"),
            11 => format!("if {key:?} in {dict}:\n    del {dict}[{key:?}]"),
            12 if !self.local => format!("{dict} |= {}", self.expr(Ty::Dict, 1)),
            13 => {
                let name = self.fresh(Ty::List);
                self.declare(&name, Ty::List);
                format!("{name} = {dict}[\"list\"]")
            }
            14 => format!(
                "for key in list({dict}):\n    if key not in (\"list\", \"inner\"):\n        del {dict}[key]"
            ),
            _ => format!("{dict}[\"list\"] = {}", self.expr(Ty::List, 2)),
        }
    }

    fn augment(&mut self) -> String {
        let (ty, op) = self.pick(&[
            (Ty::Int, "+="),
            (Ty::Int, "*="),
            (Ty::Int, "-="),
            (Ty::Text, "+="),
            (Ty::List, "+="),
            (Ty::Tuple, "+="),
            (Ty::Set, "|="),
            (Ty::Set, "&="),
            (Ty::Set, "-="),
            (Ty::Float, "*="),
            (Ty::Flag, "&="),
            (Ty::Flag, "|="),
        ]);
        let Some(place) = self.place(ty) else { return self.assign() };
        if self.local && place.starts_with(char::is_uppercase) {
            return self.assign();
        }
        let value = if op == "*=" { self.leaf(ty) } else { self.expr(ty, 2) };
        if op == "*=" && ty == Ty::Int {
            return format!("{place} *= 3");
        }
        format!("{place} {op} {value}")
    }

    fn environment(&mut self) -> String {
        let name = self.pick(&["DEBUG", "HOSTS", "LEVEL", "PORT", "MODE", "EXTRA", "OTHER"]);
        let text = self.leaf(Ty::Text);
        match self.below(6) {
            0 => format!("os.environ.setdefault({name:?}, {text})"),
            1 => format!("os.environ[{name:?}] = {text}"),
            2 => {
                let target = self.fresh(Ty::Text);
                self.declare(&target, Ty::Text);
                format!("try:\n    {target} = os.environ[{name:?}]\nexcept KeyError:\n    {target} = {text}")
            }
            3 => format!("os.environ.pop({name:?}, None)"),
            4 => {
                let target = self.fresh(Ty::Text);
                self.declare(&target, Ty::Text);
                format!("{target} = os.environ[{name:?}] if {name:?} in os.environ else {text}")
            }
            _ => {
                let target = self.fresh(Ty::List);
                self.declare(&target, Ty::List);
                format!(
                    "{target} = sorted(k for k in os.environ if k.startswith(\"P\") and k in (\"PORT\",))"
                )
            }
        }
    }

    fn reflect(&mut self) -> String {
        if self.local {
            return self.assign();
        }
        let ty = self.ty();
        let value = self.expr(ty, 2);
        let name = self.fresh(ty);
        self.declare(&name, ty);
        match self.below(5) {
            0 => format!("globals()[{name:?}] = {value}"),
            1 => format!("vars().update({{{name:?}: {value}}})"),
            2 => format!("setattr(sys.modules[__name__], {name:?}, {value})"),
            3 => format!("globals().update({name}={value})"),
            _ => format!("{name} = globals().get(\"NOT_THERE\", {value})"),
        }
    }

    fn walrus(&mut self) -> String {
        let ty = self.pick(&[Ty::Text, Ty::List, Ty::Int]);
        let value = self.expr(ty, 2);
        let (name, other) = (self.fresh(ty), self.fresh(Ty::Flag));
        self.declare(&name, ty);
        self.declare(&other, Ty::Flag);
        format!("if ({name} := {value}):\n    {other} = True\nelse:\n    {other} = False")
    }

    fn escape(&mut self) -> String {
        if self.looping {
            let cond = self.flag(2);
            let word = self.pick(&["break", "continue"]);
            return format!("if {cond}:\n    {word}");
        }
        if let Some(place) = self.place(Ty::Float)
            && !self.local
            && !place.contains(['.', '['])
        {
            self.places.retain(|(n, _)| *n != place);
            return format!("del {place}");
        }
        "assert isinstance(os.environ.get(\"X\", \"\"), str)".to_owned()
    }

    fn branching(&mut self, depth: usize) -> String {
        let cond = self.flag(2);
        let mut out = format!("if {cond}:\n{}", indent(&self.branch(depth)));
        if self.chance(30) {
            out += &format!("\nelif {}:\n{}", self.flag(2), indent(&self.branch(depth)));
        }
        if self.chance(50) {
            out += &format!("\nelse:\n{}", indent(&self.branch(depth)));
        }
        out
    }

    fn looping(&mut self, depth: usize) -> String {
        let before = self.places.len();
        let outer = std::mem::replace(&mut self.looping, true);
        let local = self.local;
        let head = match self.below(6) {
            0 | 1 => {
                self.next += 1;
                let item = format!("item{}", self.next);
                let list = self.expr(Ty::List, 2);
                self.places.push((item.clone(), Ty::Text));
                // The list must not grow while it is walked over.
                format!("for {item} in list({list}):")
            }
            2 => {
                self.next += 1;
                let item = format!("i{}", self.next);
                self.places.push((item.clone(), Ty::Int));
                format!("for {item} in range({}):", self.below(4))
            }
            3 => {
                self.next += 1;
                let (key, value) = (format!("key{}", self.next), format!("value{}", self.next));
                let list = self.expr(Ty::List, 1);
                self.places.push((key.clone(), Ty::Int));
                self.places.push((value.clone(), Ty::Text));
                format!("for {key}, {value} in enumerate(list({list})):")
            }
            4 => {
                self.next += 1;
                let (key, value) = (format!("key{}", self.next), format!("value{}", self.next));
                let (a, b) = (self.expr(Ty::Text, 1), self.expr(Ty::Text, 1));
                self.places.push((key.clone(), Ty::Text));
                self.places.push((value.clone(), Ty::Text));
                format!("for {key}, {value} in {{\"p\": {a}, \"q\": {b}}}.items():")
            }
            _ => {
                self.next += 1;
                let count = format!("n{}", self.next);
                let body = indent(&self.branch(depth));
                self.looping = outer;
                self.places.truncate(before);
                self.local = local;
                return format!("{count} = 0\nwhile {count} < {}:\n    {count} += 1\n{body}", self.below(4));
            }
        };
        let body = indent(&self.branch(depth));
        self.looping = outer;
        self.places.truncate(before);
        let mut out = format!("{head}\n{body}");
        if self.chance(20) {
            out += &format!("\nelse:\n{}", indent(&self.branch(depth)));
        }
        out
    }

    fn trying(&mut self, depth: usize) -> String {
        let raising = match self.below(8) {
            0 => "raise ValueError(\"bad\")".to_owned(),
            1 => "{}[\"missing\"]".to_owned(),
            2 => format!("int({})", self.expr(Ty::Text, 1)),
            3 => "import nowhere_to_be_found".to_owned(),
            4 => "[].pop()".to_owned(),
            5 => format!("{}.index({})", self.expr(Ty::List, 1), self.expr(Ty::Text, 1)),
            6 if self.unknown => "thirdparty.maybe()".to_owned(),
            _ => format!("if {}:\n    raise RuntimeError(\"no\")", self.flag(2)),
        };
        let body = if self.chance(50) {
            format!("{}\n{raising}\n{}", self.branch(depth), self.branch(depth))
        } else {
            raising
        };
        if self.chance(15) {
            return format!("with contextlib.suppress(Exception):\n{}", indent(&body));
        }
        let mut out = format!("try:\n{}", indent(&body));
        match self.below(3) {
            0 => out += &format!("\nexcept Exception:\n{}", indent(&self.branch(depth))),
            1 => {
                out += &format!(
                    "\nexcept (ValueError, KeyError):\n{}\nexcept Exception as error:\n{}",
                    indent(&self.branch(depth)),
                    indent(&self.branch(depth))
                );
            }
            _ => {
                out += &format!(
                    "\nexcept (LookupError, ImportError):\n{}\nexcept (ValueError, RuntimeError):\n    pass",
                    indent(&self.branch(depth))
                );
            }
        }
        if self.chance(40) {
            out += &format!("\nelse:\n{}", indent(&self.branch(depth)));
        }
        if self.chance(30) {
            out += &format!("\nfinally:\n{}", indent(&self.branch(depth)));
        }
        out
    }

    fn matching(&mut self, depth: usize) -> String {
        let subject = self.expr(Ty::Text, 2);
        let mut out = format!("match {subject}:");
        for _ in 0..=self.below(2) {
            let pattern =
                self.pick(&["\"a\"", "\"prod\" | \"off\"", "\"\"", "str() as found", "\"1\" | \"True\""]);
            let guard = if self.chance(25) { format!(" if {}", self.flag(1)) } else { String::new() };
            out += &format!("\n    case {pattern}{guard}:\n{}", indent(&indent(&self.branch(depth))));
        }
        if self.chance(70) {
            out += &format!("\n    case _:\n{}", indent(&indent(&self.branch(depth))));
        }
        out
    }

    fn function(&mut self, depth: usize) -> String {
        let takes: Vec<Ty> = (0..self.below(3)).map(|_| self.ty()).collect();
        let gives = self.ty();
        self.next += 1;
        let name = format!("helper_{}", self.next);
        let (known, funcs) = (self.places.clone(), self.funcs.clone());
        let looping = std::mem::replace(&mut self.looping, false);
        let mut params = Vec::new();
        for (at, ty) in takes.iter().enumerate() {
            params.push(format!("p{at}"));
            self.places.push((format!("p{at}"), *ty));
        }
        if self.chance(25) {
            let default = self.expr(Ty::Int, 1);
            params.push(format!("extra={default}"));
            self.places.push(("extra".into(), Ty::Int));
        }
        if self.chance(15) {
            params.push("*rest".into());
            self.places.push(("rest".into(), Ty::Tuple));
        }
        if self.chance(15) {
            params.push("**options".into());
        }
        self.local = true;
        let mut body = String::new();
        if self.chance(20)
            && let Some((global, ty)) =
                known.iter().find(|(n, t)| *t == Ty::Int && !n.contains(['.', '['])).cloned()
            && global.starts_with(char::is_uppercase)
        {
            body += &format!("global {global}\n{global} = {}\n", self.expr(ty, 1));
        }
        body += &self.block(depth);
        if self.chance(30) {
            let (cond, early) = (self.flag(2), self.expr(gives, 1));
            body += &format!("\nif {cond}:\n    return {early}");
        }
        if self.chance(15) && gives == Ty::List {
            body = format!(
                "def walk():\n{}\n",
                indent(&format!("yield from {}\nyield \"end\"", self.expr(Ty::List, 1)))
            ) + &body;
            body += "\nreturn list(walk())";
        } else {
            body += &format!("\nreturn {}", self.expr(gives, 2));
        }
        self.local = false;
        self.looping = looping;
        self.places = known;
        self.funcs = funcs;
        self.funcs.push(Func { name: name.clone(), takes: takes.clone(), gives });
        let args: Vec<String> = takes.iter().map(|t| self.expr(*t, 1)).collect();
        let target = self.fresh(gives);
        self.declare(&target, gives);
        let memo = if self.chance(10) { "@functools.lru_cache(maxsize=None)\n" } else { "" };
        let hashable = takes.iter().all(|t| matches!(t, Ty::Int | Ty::Text | Ty::Flag | Ty::Tuple));
        // Memory of calls is kept from seeing what changed, so it is left to functions of nothing else.
        let memo = if hashable && takes.len() > 1 && depth > 5 { memo } else { "" };
        format!(
            "{memo}def {name}({}):\n{}\n{target} = {name}({})",
            params.join(", "),
            indent(&body),
            args.join(", ")
        )
    }

    fn class(&mut self, depth: usize) -> String {
        self.next += 1;
        let name = format!("Conf{}", self.next);
        let known = self.places.clone();
        let (a, b) = (self.ty(), self.pick(&[Ty::Text, Ty::Int, Ty::List]));
        let (x, y, z) = (self.expr(a, 2), self.expr(b, 2), self.expr(Ty::Text, 2));
        self.local = true;
        let looping = std::mem::replace(&mut self.looping, false);
        let method = indent(&indent(&self.block(depth.min(1))));
        self.local = false;
        self.looping = looping;
        self.places = known;
        let (attr, own) = (a.word(), b.word());
        let mut out = format!(
            "class {name}:\n    FIRST_{attr} = {x}\n    def __init__(self, given):\n        self.given = given\n    \
             @property\n    def shown(self):\n        return self.given + {z}\n    def run(self):\n{method}\n        \
             return self.FIRST_{attr}\n    @classmethod\n    def make(cls):\n        return cls({z})\n    \
             @staticmethod\n    def plain():\n        return {y}"
        );
        self.declare(&format!("{name}.FIRST_{attr}"), a);
        let mut class = name.clone();
        if self.chance(50) {
            class = format!("{name}Sub");
            out += &format!(
                "\nclass {class}({name}):\n    def run(self):\n        return super().run()\n    SECOND_{own} = {y}"
            );
            self.declare(&format!("{class}.SECOND_{own}"), b);
            self.declare(&format!("{class}.FIRST_{attr}"), a);
        }
        let target = self.fresh(a);
        let object = format!("object_{}", self.next);
        out += &format!("\n{object} = {class}.make()\n{target} = {object}.run()");
        self.declare(&target, a);
        self.declare(&format!("{object}.shown"), Ty::Text);
        self.declare(&format!("{object}.plain()"), b);
        out
    }
}

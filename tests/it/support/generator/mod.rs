//! Random settings packages from a grammar of what settings modules are written with. The same number always gives
//! the same package, so a failure can be run again.

mod expr;
mod idioms;
mod package;
mod stmt;

use std::collections::BTreeMap;

pub(crate) use package::package;

/// A generated package: modules as lines, so that a failing one can be made smaller.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Path and lines; the first is the settings module.
    pub(crate) modules: Vec<(String, Vec<String>)>,
    pub(crate) env: BTreeMap<String, String>,
    /// For what is random in a run.
    pub(crate) seed: u64,
}

impl Package {
    /// The module that is imported.
    pub(crate) const MODULE: &'static str = "conf.settings";

    /// Whether it asks for what changes from run to run, or from machine to machine.
    pub(crate) fn is_random(&self) -> bool {
        const WORDS: [&str; 3] = ["thirdparty.", "nowhere_to_be_found", "hasattr("];
        self.modules.iter().any(|(_, lines)| lines.iter().any(|line| WORDS.iter().any(|w| line.contains(w))))
    }

    /// The files with their texts.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let text = |lines: &[String]| lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        self.modules.iter().map(|(path, lines)| (path.clone(), text(lines))).collect()
    }

    /// The package without one line and what stands below it, with its block in its place, or with `pass` instead.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut all = Vec::new();
        for (at, (_, lines)) in self.modules.iter().enumerate() {
            for index in 0..lines.len() {
                let own = depth(&lines[index]);
                let below = lines[index + 1..].iter().take_while(|l| depth(l) > own).count();
                let end = index + 1 + below;
                let mut with = |middle: Vec<String>| {
                    let mut next = self.clone();
                    next.modules[at].1.splice(index..end, middle);
                    all.push(next);
                };
                with(Vec::new());
                if below > 0 {
                    with(lines[index + 1..end].iter().map(|l| l[4.min(depth(l))..].to_owned()).collect());
                } else if own > 0 && lines[index].trim() != "pass" {
                    with(vec![format!("{}pass", " ".repeat(own))]);
                }
            }
        }
        all
    }
}

/// What a place holds, as far as the grammar keeps to types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Int,
    Float,
    Text,
    Flag,
    /// A list of texts.
    List,
    /// A tuple of texts.
    Tuple,
    /// A set of texts.
    Set,
    /// A dict with text keys, under `list` a list, under `inner` a dict.
    Dict,
    Delta,
    Path,
}

pub(crate) const TYPES: [Ty; 10] =
    [Ty::Int, Ty::Float, Ty::Text, Ty::Flag, Ty::List, Ty::Tuple, Ty::Set, Ty::Dict, Ty::Delta, Ty::Path];

impl Ty {
    fn word(self) -> &'static str {
        match self {
            Self::Int => "INT",
            Self::Float => "FLOAT",
            Self::Text => "TEXT",
            Self::Flag => "FLAG",
            Self::List => "LIST",
            Self::Tuple => "TUPLE",
            Self::Set => "SET",
            Self::Dict => "DICT",
            Self::Delta => "DELTA",
            Self::Path => "PATH",
        }
    }
}

/// A function that was defined: name, types of its arguments, type of its result.
#[derive(Clone, Debug)]
struct Func {
    name: String,
    takes: Vec<Ty>,
    gives: Ty,
}

/// The state of the generator.
pub(crate) struct Gen {
    state: u64,
    /// Expressions that can be read, with their types; those that are names can be assigned, too.
    places: Vec<(String, Ty)>,
    funcs: Vec<Func>,
    next: usize,
    /// Inside a function, new names are in lower case.
    local: bool,
    /// Inside a loop, `break` and `continue` are allowed.
    looping: bool,
    /// Whether values that only a run can tell may be used.
    unknown: bool,
}

impl Gen {
    fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03,
            places: Vec::new(),
            funcs: Vec::new(),
            next: 0,
            local: false,
            looping: false,
            unknown: false,
        }
    }

    /// A number below `n` (splitmix64).
    fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    /// True in `n` of a hundred cases.
    fn chance(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn ty(&mut self) -> Ty {
        // Collections are what settings edit.
        let common = [Ty::List, Ty::List, Ty::Dict, Ty::Text, Ty::Int, Ty::Flag];
        if self.chance(60) { self.pick(&common) } else { self.pick(&TYPES) }
    }

    fn fresh(&mut self, ty: Ty) -> String {
        self.next += 1;
        let name = format!("{}_{}", ty.word(), self.next);
        if self.local { name.to_lowercase() } else { name }
    }

    /// A readable place of this type.
    fn place(&mut self, ty: Ty) -> Option<String> {
        let fitting: Vec<usize> = (0..self.places.len()).filter(|&i| self.places[i].1 == ty).collect();
        if fitting.is_empty() {
            return None;
        }
        let at = fitting[self.below(fitting.len())];
        Some(self.places[at].0.clone())
    }

    /// An assignable name of this type: an old one, or a new one.
    fn name(&mut self, ty: Ty) -> String {
        if self.chance(25)
            && let Some(place) = self.place(ty)
            && place.chars().all(|c| c.is_alphanumeric() || c == '_')
            && place.starts_with(char::is_uppercase) != self.local
        {
            return place;
        }
        self.fresh(ty)
    }

    fn declare(&mut self, name: &str, ty: Ty) {
        if !self.places.iter().any(|(n, t)| n == name && *t == ty) {
            self.places.push((name.to_owned(), ty));
        }
    }
}

/// Each line of a block, indented once more.
fn indent(block: &str) -> String {
    block.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

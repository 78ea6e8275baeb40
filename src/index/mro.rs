//! Method resolution order: the C3 linearization that Python computes, over project classes, library classes of
//! the table, and bases of which nothing is known.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::resolve::{Entity, Resolution};
use super::{ClassId, Framework, FrameworkId, ProjectIndex};
use crate::index::framework::is_surely_no_view;

/// Deeper hierarchies are cut off.
const MAX_DEPTH: usize = 120;

/// A class in a method resolution order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestor {
    /// A class of the project.
    Project(ClassId),
    /// A library class of the table.
    Framework(FrameworkId),
    /// A class of Python or Django that is no view and no view mixin, by dotted name.
    Plain(Box<str>),
    /// A base of which nothing is known, with the reason: a computed expression, another library's class.
    Unknown(Box<str>),
}

/// The order in which a class and its bases are searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mro {
    /// The class itself first.
    pub order: Box<[Ancestor]>,
    /// Why Python would refuse the class (a circle, an inconsistent order). The order is then depth first.
    pub problem: Option<Box<str>>,
}

/// Computes the orders of all classes, in order of ids.
pub(super) fn linearize_all(index: &ProjectIndex) -> Vec<Mro> {
    // Names are resolved class by class, whatever the orders of others will be.
    let bases = (0..index.classes.len()).into_par_iter().map(|i| bases(index, ClassId(i as u32))).collect();
    let mut state = Linearizer {
        index,
        bases,
        done: vec![None; index.classes.len()],
        library: FxHashMap::default(),
        open: Vec::new(),
    };
    (0..index.classes.len()).map(|i| state.project(ClassId(i as u32))).collect()
}

struct Linearizer<'a> {
    index: &'a ProjectIndex,
    /// The direct bases of each class.
    bases: Vec<Vec<Ancestor>>,
    done: Vec<Option<Mro>>,
    /// The orders of library classes that are bases.
    library: FxHashMap<FrameworkId, Mro>,
    /// Classes whose order is being computed.
    open: Vec<ClassId>,
}

impl Linearizer<'_> {
    fn project(&mut self, id: ClassId) -> Mro {
        if let Some(done) = &self.done[id.0 as usize] {
            return done.clone();
        }
        let own = Ancestor::Project(id);
        if self.open.contains(&id) || self.open.len() > MAX_DEPTH {
            let problem = format!("`{}` is its own base", self.index.class(id).name);
            return Mro { order: [own].into(), problem: Some(problem.into()) };
        }
        self.open.push(id);
        let mut problem = None;
        let mut sequences = Vec::new();
        let mut direct = Vec::new();
        for base in self.bases[id.0 as usize].clone() {
            let mro = match &base {
                Ancestor::Project(base) => self.project(*base),
                Ancestor::Framework(base) => {
                    self.library.entry(*base).or_insert_with(|| framework(*base, 0)).clone()
                }
                other => Mro { order: [other.clone()].into(), problem: None },
            };
            problem = problem.or(mro.problem);
            sequences.push(mro.order.into_vec());
            direct.push(base);
        }
        self.open.pop();
        sequences.push(direct);
        let merged = merge(own, &sequences);
        let mro = Mro { order: merged.order, problem: problem.or(merged.problem) };
        // What a class in a circle gets depends on where the walk began, so only the outermost is kept.
        if mro.problem.is_none() || self.open.is_empty() {
            self.done[id.0 as usize] = Some(mro.clone());
        }
        mro
    }
}

/// What the bases of a class are, in order.
fn bases(index: &ProjectIndex, id: ClassId) -> Vec<Ancestor> {
    let class = index.class(id);
    let outer = index.outer_class(id);
    let mut bases = Vec::with_capacity(class.bases.len());
    for base in &class.bases {
        let Some(name) = base.name.as_deref() else {
            bases.push(Ancestor::Unknown("a base is computed".into()));
            continue;
        };
        let found = match outer {
            Some(outer) => index.resolve_in_body(outer, class.at, name),
            None => index.resolve_at(class.at, name),
        };
        match found {
            Resolution::Resolved(Entity::Class(base)) => bases.push(Ancestor::Project(base)),
            Resolution::Resolved(_) => {
                bases.push(Ancestor::Unknown(format!("the base `{name}` is computed").into()));
            }
            Resolution::External(full) if full == "builtins.object" => {}
            Resolution::External(full) => bases.push(external(&full)),
            Resolution::Unresolved(cause) => bases.push(Ancestor::Unknown(cause.into())),
        }
    }
    bases.dedup();
    bases
}

/// A library class as an ancestor.
fn external(name: &str) -> Ancestor {
    match Framework::builtin().find(name) {
        Some(id) => Ancestor::Framework(id),
        None if is_surely_no_view(name) => Ancestor::Plain(name.into()),
        None => Ancestor::Unknown(format!("nothing is known of the library class `{name}`").into()),
    }
}

pub(super) fn framework(id: FrameworkId, depth: usize) -> Mro {
    let own = Ancestor::Framework(id);
    if depth > MAX_DEPTH {
        return Mro { order: [own].into(), problem: None };
    }
    let bases: Vec<Ancestor> = Framework::builtin().class(id).bases.iter().map(|b| external(b)).collect();
    let order = |base: &Ancestor| match base {
        Ancestor::Framework(base) => framework(*base, depth + 1).order.into_vec(),
        other => vec![other.clone()],
    };
    let mut sequences: Vec<_> = bases.iter().map(order).collect();
    sequences.push(bases);
    merge(own, &sequences)
}

/// C3: take the first head that stands in no tail. Without one, depth first with the problem named.
fn merge(own: Ancestor, sequences: &[Vec<Ancestor>]) -> Mro {
    // The order of an only base goes on as it is.
    if let [of_base, direct] = sequences
        && direct.len() == 1
        && !of_base.contains(&own)
    {
        let order = std::iter::once(own).chain(of_base.iter().cloned()).collect();
        return Mro { order, problem: None };
    }
    let mut order = vec![own];
    let mut problem = None;
    let mut rest: Vec<&[Ancestor]> = sequences.iter().map(Vec::as_slice).collect();
    loop {
        rest.retain(|s| !s.is_empty());
        let Some(first) = rest.first() else { break };
        let good = rest.iter().map(|s| &s[0]).find(|head| !rest.iter().any(|s| s[1..].contains(head)));
        let next = good.unwrap_or_else(|| {
            problem.get_or_insert_with(|| "the bases have no consistent method resolution order".into());
            &first[0]
        });
        if !order.contains(next) {
            order.push(next.clone());
        }
        for sequence in &mut rest {
            if &sequence[0] == next {
                *sequence = &sequence[1..];
            }
        }
    }
    Mro { order: order.into(), problem }
}

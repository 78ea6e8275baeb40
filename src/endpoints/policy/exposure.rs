//! One verdict for a view: for each method the permissions are asked as nobody and as a plain user, and the weakest
//! method decides. Whatever cannot be told stays unknown: a wrong "protected" is the worst answer.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::eval::{ClassRef, Evaluator, Owner, Persona, Situation, Val, is_safe, while_unset};
use super::shape::Shape;
use super::value::{Exposure, Kind};
use super::{django, effective, flow, methods, mixins, object_check, permission};
use crate::settings::Truth;

/// Authenticators of DRF that leave `request.auth` empty.
const TOKENLESS: [&str; 3] = [
    "rest_framework.authentication.BasicAuthentication",
    "rest_framework.authentication.RemoteUserAuthentication",
    "rest_framework.authentication.SessionAuthentication",
];

/// Whom a view lets in, and why.
pub(super) struct Verdict {
    pub exposure: Exposure,
    pub by_method: BTreeMap<String, Exposure>,
    pub why: String,
}

impl Verdict {
    /// Of a view that is not judged.
    pub(super) fn not_asked(methods: &[String]) -> Self {
        let by_method = methods.iter().map(|verb| (verb.clone(), Exposure::Unknown)).collect();
        Self { exposure: Exposure::Unknown, by_method, why: "it was not asked for".into() }
    }
}

pub(super) fn judge(evaluator: &Evaluator<'_>, shape: &Shape) -> Verdict {
    if let Some(why) = django::way_around(evaluator, shape) {
        return Verdict { why, ..Verdict::not_asked(&shape.methods) };
    }
    let mut by_method = BTreeMap::new();
    let mut reasons: BTreeMap<String, String> = BTreeMap::new();
    let around = django::wrappers(evaluator, shape);
    for verb in &methods::answered(evaluator, shape) {
        let (inner, mut why) = match shape.kind {
            Kind::Drf => with_own_checks(evaluator, shape, verb, drf_method(evaluator, shape, verb)),
            Kind::Django => django::class_view(evaluator, shape, verb),
        };
        let exposure = match &around {
            Some((outer, reason)) if *outer > inner => {
                why.clone_from(reason);
                *outer
            }
            _ => inner,
        };
        by_method.insert(verb.clone(), exposure);
        reasons.insert(verb.clone(), why);
    }
    if by_method.is_empty() {
        let (exposure, why) = match (shape.kind, &shape.problem) {
            (_, Some(cause)) => (Exposure::Unknown, cause.clone()),
            (Kind::Drf, None) => (Exposure::Unknown, "it answers no method".into()),
            (Kind::Django, None) => django::function(evaluator, shape, around),
        };
        return Verdict { exposure, by_method, why };
    }
    let exposure = weakest(&by_method);
    let decides = |(verb, e): &(&String, &Exposure)| {
        (**e == exposure || exposure == Exposure::ReadOpen && **e == Exposure::Open)
            && counts(&by_method, verb)
    };
    let why = by_method.iter().find(decides).map_or_else(String::new, |(verb, _)| {
        format!("{}: {}", shape.label(verb), reasons.get(verb).map_or("", String::as_str))
    });
    Verdict { exposure, by_method, why }
}

/// `OPTIONS`, and `HEAD` beside `GET`, tell nothing that the others do not.
fn counts(by_method: &BTreeMap<String, Exposure>, verb: &str) -> bool {
    let others = by_method.keys().any(|m| m != "OPTIONS" && m != "HEAD" && m != "TRACE");
    !others || !matches!(verb, "OPTIONS" | "HEAD" | "TRACE")
}

fn weakest(by_method: &BTreeMap<String, Exposure>) -> Exposure {
    let counted: Vec<_> = by_method.iter().filter(|(verb, _)| counts(by_method, verb)).collect();
    let anybody = |e: Exposure| matches!(e, Exposure::Open | Exposure::ReadOpen);
    let (reads, writes): (Vec<_>, Vec<_>) = counted.iter().partition(|(verb, _)| is_safe(verb));
    if writes.iter().any(|(_, e)| anybody(**e)) {
        return Exposure::Open;
    }
    if counted.iter().any(|(_, e)| **e == Exposure::Unknown) {
        return Exposure::Unknown;
    }
    if reads.iter().any(|(_, e)| anybody(**e)) {
        let all_open = writes.is_empty() && reads.iter().all(|(_, e)| **e == Exposure::Open);
        return if all_open { Exposure::Open } else { Exposure::ReadOpen };
    }
    counted.iter().map(|(_, e)| **e).min().unwrap_or(Exposure::Unknown)
}

/// One method of a DRF view.
fn drf_method(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> (Exposure, String) {
    if let Some(cause) = flow::problem(evaluator, shape, verb) {
        return (Exposure::Unknown, cause);
    }
    let lists = match permissions(evaluator, shape, verb) {
        Ok(lists) => lists,
        Err(cause) => return (Exposure::Unknown, cause),
    };
    let situation = shape.request(verb);
    let mut verdicts: Vec<(Exposure, String)> = Vec::new();
    for (when, list) in &lists {
        let mut conditions: BTreeSet<Rc<str>> = BTreeSet::new();
        let list = settled(list, &mut conditions);
        let (exposure, mut why) = one_list(evaluator, shape, &situation, verb, &list);
        if !when.is_empty() {
            conditions.insert(when.clone());
        }
        for condition in conditions {
            why = format!("{why}, if {condition}");
        }
        verdicts.push((exposure, why));
    }
    let Some((first, _)) = verdicts.first() else {
        return (Exposure::Restricted, "`get_permissions` refuses every request".into());
    };
    let first = *first;
    let protects = |e: Exposure| matches!(e, Exposure::Authenticated | Exposure::Restricted);
    if verdicts.iter().all(|(e, _)| *e == first) || verdicts.iter().all(|(e, _)| protects(*e)) {
        let weakest = verdicts.into_iter().min_by_key(|(e, _)| *e);
        return weakest.unwrap_or((Exposure::Unknown, String::new()));
    }
    let why = verdicts.into_iter().find(|(e, _)| !protects(*e)).map_or_else(String::new, |(_, why)| why);
    (Exposure::Unknown, why)
}

/// A verdict on the permission classes, with what the view's own code on the way to the handler asks beside them.
fn with_own_checks(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    verb: &str,
    by_classes: (Exposure, String),
) -> (Exposure, String) {
    let is_open = matches!(by_classes.0, Exposure::Open | Exposure::ReadOpen);
    if by_classes.0 == Exposure::Restricted || !evaluator.walks_far && !is_open {
        return by_classes;
    }
    let guard =
        shape.class.as_ref().and_then(|class| mixins::before_dispatch(evaluator, shape, class, verb).0);
    let stronger = |a: (Exposure, String), b: (Exposure, String)| if b.0 > a.0 { b } else { a };
    [flow::own_checks(evaluator, shape, verb), guard].into_iter().flatten().fold(by_classes, stronger)
}

pub(super) type Lists = Vec<(Rc<str>, Val)>;

/// The lists of permissions that a method may get, each with its condition.
pub(super) fn permissions(evaluator: &Evaluator<'_>, shape: &Shape, verb: &str) -> Result<Lists, String> {
    let Some(class) = &shape.class else { return Err("the view is not known".into()) };
    let getter = evaluator.class_attribute(class, "get_permissions", None);
    let ask = |method| effective::results(evaluator, shape, verb, method, effective::Environment::Any);
    let value = match &getter.owner {
        Owner::Class(ClassRef::Project(_)) => {
            return Ok(ask("get_permissions"));
        }
        Owner::Class(ClassRef::Library(name)) if name.starts_with("rest_framework.") => {
            let found = evaluator.view_attribute(&shape.situation(), "permission_classes");
            if found.is_property() {
                let lists = ask("permission_classes");
                // What seems to raise on each way was not read rightly.
                return if lists.is_empty() {
                    Err("its permissions are not known".into())
                } else {
                    Ok(lists)
                };
            }
            found.value
        }
        Owner::Class(ClassRef::Library(name)) => return Err(format!("`{name}` computes its permissions")),
        _ => Val::unknown(getter.value.cause().unwrap_or_else(|| "its permissions are not known".into())),
    };
    Ok(match value {
        Val::Either(ref all) if while_unset(&value).is_none() => all.to_vec(),
        value => vec![("".into(), value)],
    })
}

/// A list of permissions as an empty environment leaves it, and the conditions for that: what a variable with a
/// default decides has a verdict, which says on what it rests.
pub(super) fn settled(value: &Val, conditions: &mut BTreeSet<Rc<str>>) -> Val {
    if let Some((when, value)) = while_unset(value) {
        conditions.insert(when.clone());
        return settled(value, conditions);
    }
    let mut all = |items: &[Val]| items.iter().map(|item| settled(item, conditions)).collect();
    match value {
        Val::List(items) | Val::Tuple(items) => Val::list(all(items)),
        other => other.clone(),
    }
}

fn one_list(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    situation: &Situation,
    verb: &str,
    list: &Val,
) -> (Exposure, String) {
    let ask =
        |who, situation: &Situation, method| permission::lets_in(evaluator, situation, who, list, method);
    let text = described(evaluator, list);
    let nobody = ask(Persona::Anonymous, situation, "has_permission");
    let nobody = match nobody {
        Truth::Yes => with_object(evaluator, shape, situation, verb, list, Persona::Anonymous),
        other => other,
    };
    match nobody {
        Truth::Yes if !is_safe(verb) => (Exposure::Open, format!("{text} lets anybody in")),
        Truth::Yes => {
            let writing = Situation { method: Some("POST".into()), ..situation.clone() };
            match ask(Persona::Anonymous, &writing, "has_permission") {
                Truth::Yes => (Exposure::Open, format!("{text} lets anybody in")),
                _ => (Exposure::ReadOpen, format!("{text} lets anybody read")),
            }
        }
        Truth::Maybe => {
            let cause = list.cause().map_or_else(
                || format!("whom {text} lets in cannot be told"),
                |cause| format!("whom {text} lets in cannot be told: {cause}"),
            );
            (Exposure::Unknown, cause)
        }
        Truth::No => protected(evaluator, shape, situation, verb, list, &text),
    }
}

/// Somebody passes the permissions: does the object's check let them go on?
fn with_object(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    situation: &Situation,
    verb: &str,
    list: &Val,
    who: Persona,
) -> Truth {
    let on_object = permission::lets_in(evaluator, situation, who, list, "has_object_permission");
    if on_object == Truth::Yes {
        return Truth::Yes;
    }
    match object_check::runs(evaluator, shape, verb) {
        Truth::No => Truth::Yes,
        Truth::Yes => on_object,
        Truth::Maybe => Truth::Maybe,
    }
}

/// Nobody is refused: are all who log in let in?
fn protected(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    situation: &Situation,
    verb: &str,
    list: &Val,
    text: &str,
) -> (Exposure, String) {
    let found = evaluator.view_attribute(&shape.situation(), "authentication_classes");
    if found.is_property() {
        return (Exposure::Unknown, "a property gives its authenticators".into());
    }
    let authenticators = found.value;
    if let Some(name) = authenticates_all(evaluator, &shape.situation(), &authenticators) {
        return (Exposure::Unknown, format!("`{name}` may give every request a user"));
    }
    let mut user = permission::lets_in(evaluator, situation, Persona::User, list, "has_permission");
    if user == Truth::Yes {
        user = with_object(evaluator, shape, situation, verb, list, Persona::User);
    }
    // Permissions may ask less of whoever comes without a token.
    let ask = |method| permission::lets_in(evaluator, situation, Persona::Session, list, method);
    if user != Truth::Yes
        && may_have_no_token(evaluator, &authenticators)
        && ask("has_permission") == Truth::Yes
        && (evaluator.briefly(16, || ask("has_object_permission")) == Truth::Yes
            || !object_check::may_come_before(evaluator, shape, verb))
    {
        user = with_object(evaluator, shape, situation, verb, list, Persona::Session);
    }
    let nobody = authenticators.exact_elements().is_some_and(<[Val]>::is_empty);
    let never = if nobody { "; without authenticators nobody gets in" } else { "" };
    match user {
        Truth::Yes => (Exposure::Authenticated, format!("{text} asks for a login{never}")),
        _ => (Exposure::Restricted, format!("{text} asks for more than a login{never}")),
    }
}

/// Whether somebody may log in without a token: Django's session or a password is enough.
fn may_have_no_token(evaluator: &Evaluator<'_>, authenticators: &Val) -> bool {
    let Some(all) = authenticators.elements() else { return true };
    all.iter().any(|authenticator| match authenticator {
        Val::Class(class) => {
            let order = evaluator.mro(class);
            let names = order.order.iter().filter_map(|a| evaluator.index.ancestor_name(a));
            names.into_iter().any(|name| TOKENLESS.contains(&&*name))
        }
        _ => true,
    })
}

/// An authenticator of the project that never says "not mine".
fn authenticates_all(
    evaluator: &Evaluator<'_>,
    situation: &Situation,
    authenticators: &Val,
) -> Option<String> {
    authenticators.elements()?.iter().find_map(|class| {
        let Val::Class(reference @ ClassRef::Project(_)) = class else { return None };
        evaluator
            .never_declines(situation, reference)
            .then(|| evaluator.class_text(class).unwrap_or_default())
    })
}

/// A list of permissions in words.
fn described(evaluator: &Evaluator<'_>, list: &Val) -> String {
    let Some(items) = list.elements() else { return "what it asks".into() };
    if items.is_empty() {
        return "an empty list".into();
    }
    let short = |v: &Val| match evaluator.class_text(v) {
        Ok(name) => format!("`{}`", shortened(&name)),
        Err(_) => "something computed".into(),
    };
    items.iter().map(short).collect::<Vec<_>>().join(" with ")
}

/// A composed name with only the last part of each dotted name.
fn shortened(name: &str) -> String {
    let part = |word: &str| {
        let start = word.find(|c: char| c.is_alphanumeric() || c == '_').unwrap_or(0);
        let (signs, dotted) = word.split_at(start);
        format!("{signs}{}", dotted.rsplit('.').next().unwrap_or(dotted))
    };
    name.split(' ').map(part).collect::<Vec<_>>().join(" ")
}

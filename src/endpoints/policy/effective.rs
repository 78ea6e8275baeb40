//! One policy of a view: the attribute by precedence, or the branches of the method that computes it.

use std::rc::Rc;

use super::eval::{ClassRef, Ended, Evaluator, Found, Owner, Val, conditions, unset};
use super::shape::Shape;
use super::value::{Branch, Effective, Kind, Origin, PolicyValue};
use crate::settings::SettingOrigin;

/// The classes whose own attributes are DRF's defaults.
const DEFAULTS: [&str; 3] = [
    "rest_framework.views.APIView",
    "rest_framework.generics.GenericAPIView",
    "rest_framework.viewsets.ViewSetMixin",
];

/// A policy attribute; `method` is the one that may compute it.
pub(super) fn policy(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    attribute: &str,
    method: Option<&str>,
) -> Effective {
    let is_list = is_list(attribute);
    if shape.kind == Kind::Django {
        let value = if is_list { PolicyValue::Names(Vec::new()) } else { PolicyValue::One(None) };
        return match &shape.problem {
            Some(cause) if shape.name.is_empty() => Effective::unknown(cause, None),
            _ => Effective { value, origin: Origin::Framework, at: None },
        };
    }
    let situation = shape.situation();
    if let Some(computed) = method.and_then(|m| computed(evaluator, shape, m, is_list)) {
        return computed;
    }
    let found = evaluator.view_attribute(&situation, attribute);
    if found.is_property()
        && let Some(computed) = computed(evaluator, shape, attribute, is_list)
    {
        return computed;
    }
    attribute_of(evaluator, shape, &found, is_list)
}

/// Whether an attribute holds a list of classes or texts.
fn is_list(attribute: &str) -> bool {
    attribute.ends_with("_classes") || attribute.ends_with("_fields") || attribute == "filter_backends"
}

fn attribute_of(evaluator: &Evaluator<'_>, shape: &Shape, found: &Found, is_list: bool) -> Effective {
    let at = found.at;
    if found.owner == Owner::Absent {
        let value = if is_list { PolicyValue::Names(Vec::new()) } else { PolicyValue::One(None) };
        return Effective { value, origin: Origin::Framework, at };
    }
    let value = unset(&found.value);
    if let Val::Either(all) = value {
        let branches = all
            .iter()
            .map(|(when, v)| Branch { when: when.to_string(), value: named(evaluator, v, is_list) });
        return Effective { value: PolicyValue::Branches(branches.collect()), origin: Origin::Computed, at };
    }
    match named(evaluator, value, is_list) {
        PolicyValue::Unknown(cause) => Effective::unknown(cause, at),
        value => Effective { value, origin: origin(shape, &found.owner), at },
    }
}

fn origin(shape: &Shape, owner: &Owner) -> Origin {
    match owner {
        Owner::Keyword => Origin::Action,
        Owner::Decorator => Origin::Class,
        Owner::Class(class) if Some(class) == shape.class.as_ref() => Origin::Class,
        Owner::Class(ClassRef::Library(name)) if DEFAULTS.contains(&&**name) => Origin::Framework,
        Owner::Class(_) => Origin::Base,
        Owner::Setting(SettingOrigin::Project) => Origin::Settings,
        Owner::Setting(SettingOrigin::Framework) | Owner::Absent => Origin::Framework,
        Owner::Setting(SettingOrigin::Unclear) | Owner::Unknown => Origin::Unknown,
    }
}

/// A value with dotted names.
fn named(evaluator: &Evaluator<'_>, value: &Val, is_list: bool) -> PolicyValue {
    let text = |v: &Val| match v {
        Val::Str(text) => Ok(text.to_string()),
        v => evaluator.class_text(v),
    };
    let result: Result<PolicyValue, Rc<str>> = match (value, value.elements()) {
        (_, Some(items)) => items.iter().map(text).collect::<Result<_, _>>().map(PolicyValue::Names),
        (Val::Dict(entries), _) if is_list => {
            entries.iter().map(|(k, _)| text(k)).collect::<Result<_, _>>().map(PolicyValue::Names)
        }
        (Val::None, _) if is_list => Ok(PolicyValue::Names(Vec::new())),
        (Val::None, _) => Ok(PolicyValue::One(None)),
        (Val::Instance(_) | Val::Class(_), _) if is_list => Err("it is no list".into()),
        (Val::Str(name), _) if is_list => Ok(PolicyValue::Names(vec![name.to_string()])),
        (v, _) => text(v).map(|name| PolicyValue::One(Some(name))),
    };
    result.unwrap_or_else(|cause| PolicyValue::Unknown(cause.to_string()))
}

/// The branches of a method that the project overrides, or of a property.
fn computed(evaluator: &Evaluator<'_>, shape: &Shape, method: &str, is_list: bool) -> Option<Effective> {
    let class = shape.class.as_ref()?;
    let (_, at) = evaluator.project_method(class, method)?;
    let mut branches: Vec<(Vec<String>, String, PolicyValue)> = Vec::new();
    for verb in &shape.methods {
        let label = shape.label(verb);
        for (when, value) in results(evaluator, shape, verb, method, Environment::Empty) {
            let value = named(evaluator, &value, is_list);
            match branches.iter_mut().find(|(_, w, v)| *w == *when && *v == value) {
                Some((labels, ..)) => labels.push(label.clone()),
                None => branches.push((vec![label.clone()], when.to_string(), value)),
            }
        }
    }
    let branch = |(labels, when, value): (Vec<String>, String, PolicyValue)| {
        let labels = labels.join(", ");
        Branch { when: if when.is_empty() { labels } else { format!("{labels} if {when}") }, value }
    };
    let value = PolicyValue::Branches(branches.into_iter().map(branch).collect());
    Some(Effective { value, origin: Origin::Computed, at: Some(at) })
}

/// What a method of the view gives for a request: each value with its condition. Ways that end in an exception
/// give none.
pub(super) fn results(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    verb: &str,
    method: &str,
    environment: Environment,
) -> Vec<(Rc<str>, Val)> {
    let Some((ways, _)) = evaluator.run_view_method(&shape.request(verb), method) else {
        return vec![("".into(), Val::unknown(format!("`{method}` is not followed")))];
    };
    flat(&ways, environment)
}

/// For which environments values are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    /// One that sets nothing, so that defaults count.
    Empty,
    Any,
}

/// Each value of the ways through a method, with its condition.
fn flat(ways: &[Ended], environment: Environment) -> Vec<(Rc<str>, Val)> {
    let mut all = Vec::new();
    for way in ways {
        let result = way.result();
        let value = if environment == Environment::Empty { unset(&result).clone() } else { result };
        match value {
            Val::Either(values) => {
                all.extend(values.iter().map(|(when, v)| (conditions(way, when), v.clone())));
            }
            value => all.push((way.path.when.clone(), value)),
        }
    }
    all.retain(|(_, v)| *v != Val::Never);
    all
}

/// `queryset`: only whether and where it is set, since what it holds is data.
pub(super) fn queryset(evaluator: &Evaluator<'_>, shape: &Shape) -> Effective {
    if shape.kind == Kind::Django {
        return Effective { value: PolicyValue::One(None), origin: Origin::Framework, at: None };
    }
    if let Some((_, at)) = shape.class.as_ref().and_then(|c| evaluator.project_method(c, "get_queryset")) {
        let value = PolicyValue::Unknown("`get_queryset` computes it".into());
        return Effective { value, origin: Origin::Computed, at: Some(at) };
    }
    let found = evaluator.view_attribute(&shape.situation(), "queryset");
    let origin = origin(shape, &found.owner);
    let value = match (&found.value, found.at) {
        (Val::None, _) => PolicyValue::One(None),
        (_, Some(at)) => PolicyValue::One(Some(evaluator.sources.slice(at).trim().to_owned())),
        (value, None) => {
            let cause = value.cause().unwrap_or_else(|| "it is computed".into());
            PolicyValue::Unknown(cause.to_string())
        }
    };
    Effective { value, origin, at: found.at }
}

//! Models and querysets, as far as a router asks for the model's name.

use super::super::Interp;
use super::super::functions::Args;
use super::super::val::{V, Val};
use super::{is_class_like, lib, short};

/// Methods that give a queryset of the same model.
const SAME: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "annotate",
    "alias",
    "order_by",
    "reverse",
    "distinct",
    "none",
    "select_related",
    "prefetch_related",
    "only",
    "defer",
    "using",
    "select_for_update",
    "extra",
    "union",
    "intersection",
    "difference",
    "get_queryset",
    "complex_filter",
    "values",
    "values_list",
];

/// Whether a dotted name is a manager of a model: `app.models.Order.objects`.
pub(super) fn is_manager_path(name: &str) -> bool {
    let Some((class, last)) = name.rsplit_once('.') else { return false };
    let is_manager = matches!(last, "objects" | "_default_manager" | "_base_manager");
    is_class_like(class) && (is_manager || last.ends_with("_objects") || last.ends_with("objects_all"))
}

impl Interp<'_> {
    /// A call of a manager's method. Custom ones give a queryset, too.
    pub(super) fn manager_call(name: &str, args: &Args) -> Option<Val> {
        let (owner, method) = name.rsplit_once('.')?;
        let model = owner.rsplit_once('.')?.0;
        (is_manager_path(owner) || (is_class_like(model) && SAME.contains(&method)))
            .then(|| Self::queryset(model).at(args.at))
    }

    /// A queryset of the model with this dotted name.
    pub(super) fn queryset(model: &str) -> Val {
        Val::lib("queryset", vec![Val::str(short(model)), Val::str(model)], Vec::new())
    }

    /// `QuerySet(model=Order)` of a class that is one.
    pub(super) fn made_queryset(&self, class: u32, args: &Args) -> Option<Val> {
        let is_one = |e: &std::rc::Rc<str>| e.starts_with("django.db.models.") && short(e) == "QuerySet";
        if !self.classes[class as usize].external.iter().any(is_one) {
            return None;
        }
        match &args.get(0, "model")?.v {
            V::Ref(model) => Some(Self::queryset(model).at(args.at)),
            _ => None,
        }
    }

    /// Whether a value is a queryset: its methods give one whatever they get.
    pub(in super::super) fn is_queryset(val: &Val) -> bool {
        lib(val, "queryset").is_some()
    }

    /// A method of a queryset.
    pub(super) fn queryset_call(owner: &Val, name: &str) -> Val {
        if SAME.contains(&name) || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return owner.clone();
        }
        Val::unknown("a method of a queryset that is not modelled")
    }

    /// The class name of the model behind the `queryset` of a view set.
    pub(super) fn model_name(&self, queryset: &Val) -> Option<String> {
        if let Some(object) = lib(queryset, "queryset") {
            return object.args.first()?.as_str().map(ToString::to_string);
        }
        match &queryset.v {
            V::Ref(name) if is_manager_path(name) => name.rsplit_once('.').map(|p| short(p.0).to_owned()),
            V::Unknown(unk) => match unk.candidates.as_slice() {
                [first, rest @ ..] => {
                    let name = self.model_name(first)?;
                    rest.iter().all(|c| self.model_name(c).as_deref() == Some(&*name)).then_some(name)
                }
                [] => None,
            },
            _ => None,
        }
    }
}

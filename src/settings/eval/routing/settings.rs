//! `django.conf.settings` and what else of the evaluated settings URLs ask for.

use std::rc::Rc;

use super::super::raise::{R, Raise};
use super::super::val::{V, Val};
use super::super::{Interp, TryFrame};
use crate::settings::Node;

impl Interp<'_> {
    /// The objects that were made when the settings used them.
    pub(in super::super) fn made_by_settings(&self) -> Option<&[String]> {
        self.routing.as_ref().map(|routing| &routing.model.made[..])
    }

    /// Whether something is made that the settings have made before.
    pub(in super::super) fn is_before_settings(&self) -> bool {
        self.routing.as_ref().is_some_and(|routing| routing.is_before_settings)
    }

    pub(in super::super) fn set_before_settings(&mut self, is_before: bool) {
        if let Some(routing) = &mut self.routing {
            routing.is_before_settings = is_before;
        }
    }

    /// `settings.NAME`.
    pub(super) fn setting(&mut self, name: &str) -> R<Val> {
        if name == "configured" {
            return Ok(Val::bool(!self.is_before_settings()));
        }
        let routing = self.routing.as_ref().expect("internal error: no URLs are evaluated");
        let (model, scope) = (routing.model, routing.settings);
        match self.scope(scope).and_then(|scope| scope.vars.get(name)) {
            Some(binding) => Ok(binding.val.clone()),
            None => match &model.open {
                Some(cause) => Ok(Val::unknown(cause.as_str())),
                None if name.starts_with(|c: char| c.is_ascii_uppercase()) => Err(Raise::new(
                    "AttributeError",
                    format!("asks the settings for {name}, which is not set"),
                )),
                None => Ok(Val::unknown("an attribute of the settings object")),
            },
        }
    }

    /// Makes the settings objects that code may change.
    pub(super) fn fill_settings(&mut self) {
        let routing = self.routing.as_ref().expect("internal error: no URLs are evaluated");
        let (model, scope) = (routing.model, routing.settings);
        for (name, setting) in &model.settings {
            let val = self.val_of(&setting.node);
            self.bind_in(scope, name, val, None, Vec::new());
        }
        self.take_variables(&model.environ);
    }

    /// `settings.NAME = …`.
    pub(in super::super) fn set_setting(&mut self, name: &str, val: Val) {
        if let Some(scope) = self.routing.as_ref().map(|routing| routing.settings) {
            self.bind_in(scope, name, val, None, Vec::new());
        }
    }

    /// A known text setting.
    pub(super) fn setting_text(&mut self, name: &str) -> Option<Rc<str>> {
        self.setting(name).ok()?.as_str().cloned()
    }

    /// A known truth value of a setting.
    pub(super) fn setting_truth(&mut self, name: &str) -> Option<bool> {
        let val = self.setting(name).ok()?;
        self.truth(&val)
    }

    /// The known entries of `INSTALLED_APPS`, and why there may be more.
    pub(super) fn installed_apps(&self) -> (Vec<&str>, Option<&str>) {
        let Some(routing) = self.routing.as_ref() else { return (Vec::new(), None) };
        let model = routing.model;
        let Some(node) = model.lookup(&["INSTALLED_APPS"]) else {
            return (Vec::new(), model.open.as_deref());
        };
        match node.as_items() {
            Some(items) => {
                let unknown = items.items.iter().find_map(Node::cause);
                (items.items.iter().filter_map(Node::as_str).collect(), items.rest.as_deref().or(unknown))
            }
            None => (Vec::new(), Some(node.cause().unwrap_or("INSTALLED_APPS cannot be told"))),
        }
    }

    /// `apps.is_installed(name)`.
    pub(super) fn is_installed(&self, name: &str) -> Val {
        let (apps, rest) = self.installed_apps();
        let is_it = |app: &&str| {
            *app == name
                || app.strip_prefix(name).is_some_and(|rest| {
                    rest.starts_with(".apps.")
                        || rest.strip_prefix('.').is_some_and(|class| {
                            !class.contains('.') && class.starts_with(|c: char| c.is_ascii_uppercase())
                        })
                })
        };
        match rest {
            _ if apps.iter().any(is_it) => Val::bool(true),
            Some(cause) => Self::one_of(cause, vec![Val::bool(true), Val::bool(false)]),
            None => Val::bool(false),
        }
    }

    /// `django.VERSION`.
    pub(super) fn django_version(&self) -> Val {
        let version = self.routing.as_ref().and_then(|r| r.model.django_version.as_deref());
        let Some(version) = version else { return Val::unknown("Django's version is not known") };
        let mut parts: Vec<Val> =
            version.split('.').take(3).map_while(|p| p.parse().ok()).map(|n| Val::new(V::Int(n))).collect();
        while parts.len() < 3 {
            parts.push(Val::new(V::Int(0)));
        }
        parts.extend([Val::str("final"), Val::new(V::Int(0))]);
        Val::tuple(parts)
    }

    /// Whether DRF is at least this version; where it is not known it is taken to be recent.
    pub(super) fn drf_is_at_least(&self, wanted: (u32, u32)) -> bool {
        is_at_least(self.routing.as_ref().and_then(|r| r.model.drf_version.as_deref()), wanted)
    }

    /// The same for Django.
    pub(super) fn django_is_at_least(&self, wanted: (u32, u32)) -> bool {
        is_at_least(self.routing.as_ref().and_then(|r| r.model.django_version.as_deref()), wanted)
    }

    /// `getattr` and `hasattr` of the settings, and of names of the project. `None` for anything else.
    pub(in super::super) fn routed_getattr(
        &mut self,
        owner: &Val,
        name: &str,
        is_test: bool,
        default: Option<&Val>,
    ) -> R<Option<Val>> {
        if let V::Lib(object) = &owner.v
            && self.is_routing()
            && matches!(object.class, "url-pattern" | "url-resolver" | "view" | "app-config" | "extra-action")
        {
            let found = self.routed_lib_attr(object, name);
            return Ok(match found {
                _ if is_test => Some(Val::bool(found.is_some())),
                Some(found) => Some(found),
                None => default.cloned(),
            });
        }
        let V::Ref(reference) = &owner.v else { return Ok(None) };
        if !self.is_routing() || (&**reference != "django.conf.settings" && !self.is_ours(reference)) {
            return Ok(None);
        }
        self.tries
            .push(TryFrame { handlers: vec![Some(vec!["AttributeError".into()])], ..TryFrame::default() });
        let found = self.get_attr(owner, name);
        self.tries.pop();
        match found {
            Ok(val) if is_test => Ok(Some(match val.unk() {
                Some(unk) if unk.candidates.is_empty() => {
                    Self::one_of(unk.cause.clone(), vec![Val::bool(true), Val::bool(false)])
                }
                _ => Val::bool(true),
            })),
            Ok(val) => Ok(Some(val)),
            Err(raise) if raise.stop => Err(raise),
            Err(_) if is_test => Ok(Some(Val::bool(false))),
            Err(raise) => default.map_or_else(|| Err(raise), |default| Ok(Some(default.clone()))),
        }
    }
}

fn is_at_least(version: Option<&str>, wanted: (u32, u32)) -> bool {
    let Some(version) = version else { return true };
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= wanted
}

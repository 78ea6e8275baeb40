//! `DjangoObjectPermissions` is in use and no backend in `AUTHENTICATION_BACKENDS` knows permissions on objects: Django's
//! own backend answers no for every object, so nobody but a superuser gets in.
//! <https://www.django-rest-framework.org/api-guide/permissions/#djangoobjectpermissions>

use crate::checks::support::fixes::{Operations, Remedy, set};
use crate::checks::support::lists::{Among, insert, name_of};
use crate::checks::support::permission_lists::{Named, leaves};
use crate::checks::support::rest::{self, Key};
use crate::checks::support::settings::{finding, hidden, label, own};
use crate::checks::support::{permissions, views};
use crate::checks::{Check, CheckContext};
use crate::edit::Code;
use crate::finding::{Effect, Label, Outcome};
use crate::index::Policy;
use crate::settings::{SettingsModel, Truth};

pub(crate) struct ObjectPermissionBackendMissing;

const SETTING: &str = "AUTHENTICATION_BACKENDS";
const CLASS: &str = "rest_framework.permissions.DjangoObjectPermissions";
const DJANGO: &str = "django.contrib.auth.backends.ModelBackend";
const GUARDIAN: &str = "guardian.backends.ObjectPermissionBackend";
/// Packages whose backends log people in and know nothing of objects.
const WITHOUT_OBJECTS: [&str; 9] = [
    "django.contrib.auth.backends.",
    "allauth.account.auth_backends.",
    "axes.backends.",
    "social_core.backends.",
    "django_auth_ldap.backend.",
    "mozilla_django_oidc.auth.",
    "oauth2_provider.backends.",
    "djangosaml2.backends.",
    "sesame.backends.",
];

impl Check for ObjectPermissionBackendMissing {
    fn id(&self) -> &'static str {
        "object-permission-backend-missing"
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let model = match rest::judged(cx) {
            Ok(model) => model,
            Err(outcome) => return outcome,
        };
        let uses = uses(cx, model);
        if uses.is_empty() {
            return Outcome::not_applicable("no view uses `DjangoObjectPermissions`");
        }
        let seen = vec![label(cx, model, SETTING)];
        if let Some(cause) = hidden(model, SETTING) {
            return Outcome::unknown(format!("`{SETTING}` cannot be told: {cause}."), seen);
        }
        let setting = own(model, SETTING);
        if let Some(setting) = setting {
            let items = setting.node.as_items().filter(|items| items.rest.is_none());
            let names: Option<Vec<&str>> = items.and_then(|i| i.items.iter().map(name_of).collect());
            let Some(names) = names else {
                return Outcome::unknown(format!("not every backend in `{SETTING}` can be told."), seen);
            };
            if let Some(other) = names.iter().find(|n| !WITHOUT_OBJECTS.iter().any(|w| n.starts_with(w))) {
                let reason = format!("`{other}` is among the backends");
                return if other.starts_with("guardian.") || other.starts_with("rules.") {
                    Outcome::pass(format!("{reason} and knows permissions on objects."), seen)
                } else {
                    Outcome::unknown(format!("{reason}; whether it knows objects cannot be told."), seen)
                };
            }
        }
        let message = format!(
            "`DjangoObjectPermissions` is used, and no backend in `{SETTING}` knows permissions on objects, so only \
             superusers get at one"
        );
        let found = finding(cx, model, self.id(), SETTING, message.clone()).related(uses);
        let remedy = Remedy {
            title: "Add guardian's backend".to_owned(),
            effect: Effect::Reshapes,
            note: "Permissions that were given for single objects count.".to_owned(),
            by_hand: format!(
                "Add a backend that knows objects to `{SETTING}`, such as `{GUARDIAN}`, or use another permission"
            ),
        };
        Outcome::fail(format!("{message}."), vec![remedy.attach(found, add(cx, model))])
    }
}

/// Where the permission is used.
fn uses(cx: &CheckContext<'_>, model: &SettingsModel) -> Vec<Label> {
    let mut uses = Vec::new();
    if let Key::Set(node) = rest::key(model, permissions::KEY)
        && node.as_items().is_some_and(|i| i.items.iter().any(|n| name_of(n) == Some(CLASS)))
    {
        uses.push(Label::new(rest::place_of(cx, model, permissions::KEY), "used by default"));
    }
    for site in views::policy_sites(cx, Policy::Permission) {
        let elements = cx.index.list_elements(site.at(), site.class(), site.value).unwrap_or_default();
        let is_it = |named: Named| match named {
            Named::Library(name) => name == CLASS,
            Named::Project(id) => cx.index.is_subclass_of(id, CLASS) == Truth::Yes,
            Named::Unclear => false,
        };
        if elements.iter().flat_map(|e| leaves(cx.index, e)).any(is_it) {
            uses.push(Label::new(site.at(), "used here"));
        }
    }
    uses
}

fn add(cx: &CheckContext<'_>, model: &SettingsModel) -> Operations {
    let installed = model
        .get("INSTALLED_APPS")
        .is_some_and(|apps| apps.node.any_item(&|app| app.is_str("guardian")) == Truth::Yes);
    if !installed {
        return Err("`guardian` is not installed".to_owned());
    }
    match own(model, SETTING) {
        Some(_) => insert(cx, model, SETTING, GUARDIAN, Among::Last),
        None => set(cx, model, SETTING, Code::List(vec![Code::str(DJANGO), Code::str(GUARDIAN)])),
    }
}

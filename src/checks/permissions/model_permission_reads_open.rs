//! `DjangoModelPermissions` asks for `add_`, `change_` and `delete_` permissions, and for nothing on reads: whoever is
//! logged in may read every row. Many projects want just that, so this is a hint.
//! <https://www.django-rest-framework.org/api-guide/permissions/#djangomodelpermissions>

use crate::checks::support::classes;
use crate::checks::support::lists::name_of;
use crate::checks::support::permission_lists::{MODULE, Named, leaves};
use crate::checks::support::permissions::KEY;
use crate::checks::support::rest::{self, Key};
use crate::checks::support::tally::{Tally, Words};
use crate::checks::support::versions::drf_is_at_least;
use crate::checks::support::views;
use crate::checks::{Check, CheckContext};
use crate::finding::{Finding, Label, Outcome};
use crate::index::{ClassId, Lookup, Policy, PolicySite};
use crate::settings::Truth;

pub(crate) struct ModelPermissionReadsOpen;

const ID: &str = "model-permission-reads-open";

/// What a permission class asks of a read.
#[derive(Clone, Copy, PartialEq)]
enum Read {
    /// That the caller is logged in, at most.
    Login,
    /// The same, by the map of `DjangoModelPermissions`.
    ModelMap,
    /// What a subclass of `DjangoModelPermissions` makes of the map, which is not followed.
    OwnMap,
    /// More.
    More,
    /// It cannot be told.
    Unclear,
}

impl Check for ModelPermissionReadsOpen {
    fn id(&self) -> &'static str {
        ID
    }

    fn run(&self, cx: &CheckContext<'_>) -> Outcome {
        let mut tally = Tally::default();
        if let Some(model) = cx.model
            && let Key::Set(node) = rest::key(model, KEY)
        {
            let items = node.as_items().map_or(&[][..], |i| &i.items);
            let named = items.iter().map(|item| match name_of(item) {
                Some(name) => classes::find(cx.index, name)
                    .map_or_else(|| Named::Library(name.to_owned()), Named::Project),
                None => Named::Unclear,
            });
            let reads: Vec<Read> = named.map(|n| read(cx, &n)).collect();
            let label = rest::label_of(cx, model, KEY);
            let found = || rest::finding(cx, model, ID, KEY, message("the project's default"));
            judge(cx, &reads, label, found, &mut tally);
        }
        for site in views::policy_sites(cx, Policy::Permission) {
            let elements = cx.index.list_elements(site.at(), site.class(), site.value).unwrap_or_default();
            let reads: Vec<Read> =
                elements.iter().flat_map(|e| leaves(cx.index, e)).map(|n| read(cx, &n)).collect();
            if reads.contains(&Read::ModelMap) && !offers_reads(cx, &site) {
                tally.passed.push(Label::new(site.at(), "offers no reads"));
                continue;
            }
            if reads.contains(&Read::ModelMap) && rows_are_of_caller(cx, &site) {
                tally.passed.push(Label::new(site.at(), "`get_queryset` chooses the rows by the caller"));
                continue;
            }
            let found = || {
                let view = views::view_name(cx.index, site.owner);
                let symbol = views::symbol(cx.index, &site, Policy::Permission);
                Finding::new(ID, symbol, Label::new(site.at(), "asks nothing of reads"), message(&view))
            };
            judge(cx, &reads, Label::new(site.at(), "model permissions"), found, &mut tally);
        }
        if tally.findings.is_empty() && tally.unclear.is_empty() && !views::has_views(cx) {
            return Outcome::not_applicable("there is no DRF view here");
        }
        tally.outcome(&Words {
            places: "uses of model permissions",
            wrong: "let every account read",
            right: "ask something of reads",
            none: "Model permissions are not used.",
        })
    }
}

fn judge(
    cx: &CheckContext<'_>,
    reads: &[Read],
    label: Label,
    found: impl FnOnce() -> Finding,
    tally: &mut Tally,
) {
    let own = reads.contains(&Read::OwnMap);
    if !own && !reads.contains(&Read::ModelMap) {
        return;
    }
    // 3.15.0 asked for `view_` permissions, 3.15.1 took it back.
    let asks_for_view =
        drf_is_at_least(cx, [3, 15, 0]) == Truth::Yes && drf_is_at_least(cx, [3, 15, 1]) == Truth::No;
    if reads.contains(&Read::More) || asks_for_view {
        tally.passed.push(label);
    } else if own || reads.contains(&Read::Unclear) {
        tally.unclear.push(label);
    } else {
        tally.findings.push(found().instruction(
            "Where reads are for some accounts only, subclass it with a `perms_map` whose `GET` asks for \
             `\"%(app_label)s.view_%(model_name)s\"`, and name the subclass.",
        ));
    }
}

fn message(whose: &str) -> String {
    format!("`DjangoModelPermissions` of {whose} asks nothing of reads, so every account may read all rows")
}

fn read(cx: &CheckContext<'_>, named: &Named) -> Read {
    match named {
        Named::Library(name) => match name.strip_prefix(MODULE) {
            Some("DjangoModelPermissions" | "DjangoObjectPermissions") => Read::ModelMap,
            Some("IsAuthenticated" | "AllowAny") => Read::Login,
            _ => Read::More,
        },
        Named::Project(id) => of_class(cx, *id),
        Named::Unclear => Read::Unclear,
    }
}

/// What a class of the project asks of a read.
fn of_class(cx: &CheckContext<'_>, id: ClassId) -> Read {
    let base = "rest_framework.permissions.DjangoModelPermissions";
    if cx.index.is_subclass_of(id, base) != Truth::Yes {
        return Read::More;
    }
    let own = ["__init__", "has_permission", "get_required_permissions", "get_required_object_permissions"];
    if own.iter().any(|m| matches!(cx.index.lookup(id, m), Lookup::Method { .. })) {
        return Read::OwnMap;
    }
    match cx.index.lookup(id, "perms_map") {
        Lookup::Value { value, .. } => {
            let text = cx.sources.slice(value.value_at);
            if text.contains("view_") { Read::More } else { Read::OwnMap }
        }
        Lookup::Unknown(_) => Read::OwnMap,
        _ => Read::ModelMap,
    }
}

/// Whether the rows that a view serves are chosen by who asks.
fn rows_are_of_caller(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let Some(class) = site.class() else { return false };
    ["get_queryset", "filter_queryset"].iter().any(|name| match cx.index.lookup(class, name) {
        Lookup::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            ["request.user", "request.auth"].iter().any(|who| text.contains(who))
        }
        _ => false,
    })
}

/// Whether a view answers reads at all.
fn offers_reads(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> bool {
    let Some(class) = site.class() else { return true };
    ["get", "list", "retrieve"].iter().any(|m| !matches!(cx.index.lookup(class, m), Lookup::Absent))
}

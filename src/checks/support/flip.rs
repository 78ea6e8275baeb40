//! From an open default to a closed one: which views the default opens and who of them stays open, the explicit
//! permission that keeps a public view public, and a test module that asks every endpoint as nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::endpoints::{Endpoint, Exposure, ViewTarget};
use crate::finding::{Label, OpenView};
use crate::index::Owner;
use crate::python::Ranged as _;
use crate::python::ast::{Expr, Stmt};
use crate::settings::SettingsModel;
use crate::source::{FileId, Span, clean};

use super::endpoints::{by_default, count, is_open, labels, methods, of_drf, owner};
use super::fixes::Operations;
use super::functions::find;
use super::permissions::KEY;
use super::sample_url::sample;
use super::syntax::class_at;
use super::{intent, rest, views};

/// The view behind an endpoint by dotted name; of a function under `@api_view` the function's.
pub(crate) fn view_of(cx: &CheckContext<'_>, endpoint: &Endpoint) -> String {
    match &endpoint.route.view.target {
        ViewTarget::Class(id) => cx.index.class_name(*id),
        ViewTarget::Function(id) => cx.index.function_name(*id),
        ViewTarget::External(name) => name.clone(),
        ViewTarget::Unknown(_) => endpoint.view.clone(),
    }
}

/// Why the team keeps a view open, if it does.
pub(crate) fn kept<'a>(cx: &CheckContext<'a>, view: &str) -> Option<&'a str> {
    cx.public.iter().find(|p| p.view == view).map(|p| p.reason.as_str())
}

/// A view that a finding calls open and that the team may say is for everybody.
pub(crate) fn open_view(view: String, seems_public: Option<String>) -> OpenView {
    OpenView { view, endpoints: Vec::new(), seems_public, kept_public: None }
}

/// The views behind these endpoints, each once, in the order of the endpoints.
pub(crate) fn open_views(cx: &CheckContext<'_>, endpoints: &[&Endpoint]) -> Vec<OpenView> {
    let mut found: Vec<OpenView> = Vec::new();
    for endpoint in endpoints {
        let view = view_of(cx, endpoint);
        let line = format!("{} {}", methods(endpoint, is_open).join(", "), clean(&endpoint.route.path));
        if let Some(known) = found.iter_mut().find(|known| known.view == view) {
            known.endpoints.push(line);
            continue;
        }
        let seems = owner(endpoint).and_then(|owner| intent::public(cx, owner));
        let kept = kept(cx, &view).map(str::to_owned);
        found.push(OpenView { view, endpoints: vec![line], seems_public: seems, kept_public: kept });
    }
    found
}

/// The endpoints that the default opens.
#[derive(Default)]
pub(crate) struct Opened<'a> {
    /// All of them.
    pub(crate) endpoints: Vec<&'a Endpoint>,
    /// How many, as the end of a sentence.
    pub(crate) count: String,
    /// One for each, up to a number.
    pub(crate) labels: Vec<Label>,
}

/// Finds the endpoints that the default opens, for reads at least.
pub(crate) fn opened<'a>(cx: &CheckContext<'a>) -> Opened<'a> {
    let Some((inventory, mut endpoints)) = by_default(cx, |policy| &policy.permission) else {
        return Opened::default();
    };
    endpoints.retain(|e| !methods(e, is_open).is_empty());
    if endpoints.is_empty() && !inventory.complete {
        return Opened::default();
    }
    let count = format!(": {}", count(inventory, &endpoints, is_open));
    let remark = |e: &Endpoint| format!("open to {}", methods(e, is_open).join(", "));
    let labels = labels(cx, &endpoints, remark);
    Opened { endpoints, count, labels }
}

/// The operations that put `closed` in the place of the default, and leave the views that the team wants open with the
/// permission `kept` of DRF, which is what they had.
pub(crate) fn close(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    closed: Code,
    kept: &str,
    opened: &[&Endpoint],
) -> Operations {
    let mut operations = rest::set_key(cx, model, KEY, closed)?;
    operations.extend(keep_public(cx, model, kept, opened)?);
    Ok(operations)
}

/// The operations that keep the views open which the team wants open, and the tests that prove both; none where the
/// team has said nothing yet.
fn keep_public(
    cx: &CheckContext<'_>,
    model: &SettingsModel,
    permission: &str,
    opened: &[&Endpoint],
) -> Operations {
    let mut operations = Vec::new();
    let mut owners: Vec<Owner> = Vec::new();
    let public: Vec<&&Endpoint> = opened.iter().filter(|e| kept(cx, &view_of(cx, e)).is_some()).collect();
    for endpoint in &public {
        let view = view_of(cx, endpoint);
        let reason = kept(cx, &view).unwrap_or_default();
        let refused = || format!("`{view}` shall stay open, and `{permission}` cannot be added to it");
        let owner = owner(endpoint).ok_or_else(refused)?;
        if !owners.contains(&owner) {
            owners.push(owner);
            operations.extend(keep(cx, owner, permission, reason).ok_or_else(refused)?);
        }
    }
    if !public.is_empty() {
        operations.extend(tests(cx, model, opened));
    }
    Ok(operations)
}

/// An explicit permission with the reason beside it: an attribute at the top of a class, a decorator right above a
/// function.
fn keep(cx: &CheckContext<'_>, owner: Owner, permission: &str, reason: &str) -> Option<Vec<Operation>> {
    let reason = clean(reason);
    let (at, line, is_apart) = match owner {
        Owner::Class(class) => {
            let at = cx.index.class(class).at;
            let tree = cx.index.tree(cx.sources, at.file);
            let body = &class_at(&tree, at)?.body;
            let is_docstring =
                |s: &Stmt| matches!(s, Stmt::Expr(e) if matches!(&*e.value, Expr::StringLiteral(_)));
            let first = body.iter().find(|s| !is_docstring(s)).or(body.first())?;
            let is_apart = matches!(first, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
            (Span::new(at.file, first.range()), "permission_classes = [{}]", is_apart)
        }
        Owner::Function(function) => {
            let at = cx.index.function(function).at;
            let tree = cx.index.tree(cx.sources, at.file);
            let name = find(&tree, at)?.name.range();
            (Span::new(at.file, name), "@permission_classes([{}])", false)
        }
        Owner::Action(..) => return None,
    };
    let file = at.file;
    let text = cx.sources.text(file);
    let start = text[..at.start()].rfind('\n').map_or(0, |n| n + 1);
    let before = &text[start..at.start()];
    let indent = &before[..before.len() - before.trim_start().len()];
    // A body on the line of its head has no line of its own to go before.
    if !before.trim_start().is_empty() && !matches!(owner, Owner::Function(_)) {
        return None;
    }
    let (name, import) = views::permission_name(cx.index, file, permission)?;
    let eol = if text[..start].ends_with("\r\n") { "\r\n" } else { "\n" };
    let mut with = String::new();
    let _ = write!(with, "{indent}{}  # public: {reason}{eol}", line.replace("{}", &name));
    if is_apart {
        with.push_str(eol);
    }
    let range = (start as u32, start as u32);
    let mut operations = vec![Operation::ReplaceText { at: Span { file, range }, with }];
    operations.extend(import);
    if matches!(owner, Owner::Function(_)) {
        operations.extend(decorator_import(cx, file).ok()?);
    }
    Some(operations)
}

/// The import of `@permission_classes`, where the file lacks it; an error where the name means something else.
fn decorator_import(cx: &CheckContext<'_>, file: FileId) -> Result<Option<Operation>, ()> {
    const NAME: &str = "permission_classes";
    let module = "rest_framework.decorators";
    if cx.index.file(file).ok_or(())?.bindings_of(NAME).is_empty() {
        let (module, name) = (module.to_owned(), NAME.to_owned());
        return Ok(Some(Operation::AddImport { file, module, name }));
    }
    let at = Span { file, range: (0, 0) };
    if cx.index.is_external(at, NAME, &format!("{module}.{NAME}")) { Ok(None) } else { Err(()) }
}

/// The test module beside `manage.py`, or in a package of tests there; nothing when it is there already.
fn tests(cx: &CheckContext<'_>, model: &SettingsModel, opened: &[&Endpoint]) -> Option<Operation> {
    let root = cx.project.map_or("", |p| p.root.as_str());
    let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
    let package = cx.sources.find(&format!("{prefix}tests/__init__.py")).is_some();
    let path = format!("{prefix}{}test_anonymous_access.py", if package { "tests/" } else { "" });
    if cx.sources.find(&path).is_some() {
        return None;
    }
    let version = version(model);
    let (mut closed, mut public): (Lines, Lines) = Default::default();
    for endpoint in of_drf(cx).map(|(_, all)| all).unwrap_or_default() {
        let Some(url) = sample(&endpoint.route.path, version.as_deref()) else { continue };
        let view = view_of(cx, endpoint);
        let is_opened = opened.iter().any(|o| std::ptr::eq(*o, endpoint));
        let stays = !is_opened || kept(cx, &view).is_some();
        for (method, exposure) in &endpoint.policy.by_method {
            if matches!(method.as_str(), "OPTIONS" | "HEAD" | "TRACE") {
                continue;
            }
            let list = match exposure {
                Exposure::Open | Exposure::ReadOpen if stays => &mut public,
                Exposure::Unknown => continue,
                _ => &mut closed,
            };
            list.entry((url.clone(), method.clone())).or_insert_with(|| view.clone());
        }
    }
    let text = TEMPLATE.replace("{closed}", &lines(&closed)).replace("{public}", &lines(&public));
    Some(Operation::CreateFile { near: model.file, path, text })
}

/// URL and method to view.
type Lines = BTreeMap<(String, String), String>;

fn lines(all: &Lines) -> String {
    let mut text = String::new();
    for ((url, method), view) in all {
        let url = url.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "    (\"{method}\", \"{url}\", \"{view}\"),");
    }
    text
}

/// The version that requests may name.
fn version(model: &SettingsModel) -> Option<String> {
    let first = |key: &str| match rest::key(model, key) {
        rest::Key::Set(node) => {
            let item = node.as_items().and_then(|i| i.items.first()).unwrap_or(node);
            item.as_str().map(str::to_owned)
        }
        _ => None,
    };
    first("DEFAULT_VERSION").or_else(|| first("ALLOWED_VERSIONS"))
}

const TEMPLATE: &str = r#""""Who may call the API without logging in.

Each line is one request of an anonymous caller; parameters in URLs hold sample values. Keep it in
step with the API: a new endpoint belongs to one of the two lists.
"""

from django.test import Client, TestCase

# Refused without a login: method, URL, view.
CLOSED = [
{closed}]

# For everybody.
PUBLIC = [
{public}]


class AnonymousAccessTests(TestCase):
    def status(self, method, url):
        # What a view makes of an empty request is not asked here, so an error of its own is an answer too.
        client = Client(raise_request_exception=False)
        return client.generic(method, url, "{}", content_type="application/json", secure=True).status_code

    def test_closed_endpoints_refuse_anonymous_callers(self):
        for method, url, view in CLOSED:
            with self.subTest(method=method, url=url, view=view):
                self.assertIn(self.status(method, url), (401, 403))

    def test_public_endpoints_let_anonymous_callers_in(self):
        for method, url, view in PUBLIC:
            with self.subTest(method=method, url=url, view=view):
                self.assertNotIn(self.status(method, url), (401, 403))
"#;

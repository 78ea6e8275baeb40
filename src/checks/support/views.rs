//! What checks on views share: which files count, how a view is named, whether a place carries a comment, and
//! how the fixes of a policy are put together.

use once_map::OnceMap;
use rustc_hash::FxBuildHasher;

use crate::checks::CheckContext;
use crate::edit::{Code, Operation};
use crate::finding::Label;
use crate::index::items::{FileItems, FunctionItem};
use crate::index::{
    ClassId, Expression, Lookup, Openness, Owner, Policy, PolicySite, ProjectIndex, Resolution, Written,
};
use crate::python::{Ranged as _, TokenKind};
use crate::settings::Truth;
use crate::source::{FileId, Span};

use super::{functions, permissions, reach};

/// Whether a file is part of the tests, a migration, or vendored code of others.
pub(crate) fn is_beside_the_api(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".py").unwrap_or(file);
    folders.split('/').any(|f| {
        matches!(
            f,
            "tests"
                | "test"
                | "testing"
                | "testutils"
                | "migrations"
                | "node_modules"
                | "dist"
                | "vendor"
                | "_vendor"
                | "third_party"
                | "site-packages"
        )
    }) || matches!(stem, "tests" | "conftest")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
}

/// Whether a file is beside the API: by its path, unless the path is that of an installed app (`vendor` may well be
/// one that manages vendors).
pub(crate) fn is_beside(cx: &CheckContext<'_>, file: FileId) -> bool {
    cx.beside.insert_cloned(file, |_| {
        let path = cx.sources.path(file);
        is_beside_the_api(path) && !is_of_installed_app(cx, path)
    })
}

/// Which files are beside the API, kept for all checks: they ask of every class and function.
pub type Beside = OnceMap<FileId, bool, FxBuildHasher>;

/// Whether the innermost folder that makes a path look beside the API is an app: installed, or, for names that apps
/// have too, with an `apps.py` of its own.
fn is_of_installed_app(cx: &CheckContext<'_>, path: &str) -> bool {
    let Some((folders, name)) = path.rsplit_once('/') else { return false };
    // `tests.py` of an app stays a test.
    if is_beside_the_api(name) {
        return false;
    }
    let mut folder = folders;
    while !folder.is_empty() {
        let (above, own) = folder.rsplit_once('/').unwrap_or(("", folder));
        if is_beside_the_api(&format!("{own}/")) {
            let is_app = match own {
                "vendor" | "dist" => cx.sources.find(&format!("{folder}/apps.py")).is_some(),
                "test" | "tests" | "testing" => false,
                _ => return false,
            };
            return is_app && !is_beside_the_api(&format!("{above}/")) || is_installed(cx, folder);
        }
        folder = above;
    }
    false
}

/// Whether the judged settings install the app in a folder. Settings in that very folder are those of a test.
fn is_installed(cx: &CheckContext<'_>, folder: &str) -> bool {
    let Some(model) = cx.model else { return false };
    let inside = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let apps = model.get("INSTALLED_APPS").and_then(|s| s.node.as_items());
    !inside(cx.sources.path(model.file))
        && apps.is_some_and(|apps| {
            apps.items.iter().filter_map(super::lists::name_of).any(|app| {
                // `shop.vendor` and `shop.vendor.apps.VendorConfig`
                let app = app.split(".apps.").next().unwrap_or(app).replace('.', "/");
                folder.strip_suffix(app.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            })
        })
}

/// The places where views of the API set a policy, with the truth of being a DRF view. Of classes with an unknown
/// base only those count whose file imports from DRF.
pub(crate) fn policy_sites<'a>(cx: &CheckContext<'a>, policy: Policy) -> Vec<PolicySite<'a>> {
    let index = cx.index;
    let mut sites = index.policy_sites(policy);
    sites.retain(|site| {
        let file = site.at().file;
        !is_beside(cx, file) && (site.view == Truth::Yes || imports_drf(index, file))
    });
    sites
}

/// The classes of the API that are DRF views or bases of some, with the truth of that. Of classes with an unknown
/// base only those count whose file imports from DRF.
pub(crate) fn classes(cx: &CheckContext<'_>) -> Vec<(ClassId, Truth)> {
    let index = cx.index;
    let all = index.of_views().iter().copied();
    all.filter(|&(id, truth)| {
        let file = index.class_file(id);
        !is_beside(cx, file) && (truth == Truth::Yes || imports_drf(index, file))
    })
    .collect()
}

pub(crate) fn imports_drf(index: &ProjectIndex, file: FileId) -> bool {
    index.file(file).is_some_and(FileItems::imports_drf)
}

/// Whether the project has DRF views at all.
pub(crate) fn has_views(cx: &CheckContext<'_>) -> bool {
    cx.index.views().any(|(_, truth)| truth == Truth::Yes) || cx.index.api_views().next().is_some()
}

/// `module.Class.permission_classes`, `module.Class.action.permission_classes`, `module.view.permission_classes`.
pub(crate) fn symbol(index: &ProjectIndex, site: &PolicySite<'_>, policy: Policy) -> String {
    format!("{}.{}", owner_name(index, site.owner), policy.name())
}

/// `module.Class`, `module.Class.action`, `module.view`.
pub(crate) fn owner_name(index: &ProjectIndex, owner: Owner) -> String {
    match owner {
        Owner::Class(class) => index.class_name(class),
        Owner::Action(class, method) => {
            format!("{}.{}", index.class_name(class), index.class(class).methods[method].name)
        }
        Owner::Function(function) => index.function_name(function),
    }
}

/// The view in words: `` `OrderView` ``, `` the action `export` of `OrderView` ``, `` `order_list` ``.
pub(crate) fn view_name(index: &ProjectIndex, owner: Owner) -> String {
    match owner {
        Owner::Class(class) => format!("`{}`", index.class(class).name),
        Owner::Action(class, method) => {
            let class = index.class(class);
            format!("the action `{}` of `{}`", class.methods[method].name, class.name)
        }
        Owner::Function(function) => format!("`{}`", index.function(function).name),
    }
}

/// Whether a comment of people stands on the lines of a place, or right above it.
pub(crate) fn has_comment(cx: &CheckContext<'_>, at: Span) -> bool {
    let text = cx.sources.text(at.file);
    let first = text[..at.start()].rfind('\n').map_or(0, |n| n + 1);
    let above = text[..first.saturating_sub(1)].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at.end()..].find('\n').map_or(text.len(), |n| at.end() + n);
    let tree = cx.index.tree(cx.sources, at.file);
    tree.tokens().iter().any(|token| {
        let (start, stop) = (token.start().to_usize(), token.end().to_usize());
        token.kind() == TokenKind::Comment
            && start >= above
            && stop <= end
            && (start >= first || text[above..start].trim().is_empty())
            && is_remark(&text[start..stop])
    })
}

/// Whether the code of the view asks about its caller by itself, in a form that is not followed.
pub(crate) fn looks_at_caller(cx: &CheckContext<'_>, owner: Owner) -> bool {
    const SIGNS: [&str; 5] = [
        "has_perm",
        "HTTP_AUTHORIZATION",
        "get_authorization_header",
        "\"Authorization\"",
        "'Authorization'",
    ];
    let text = cx.sources.slice(reach::place(cx, owner));
    let reads = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let behind = text[at + name.len()..].trim_start();
            text[..at].ends_with('.') && (!behind.starts_with('=') || behind.starts_with("=="))
        })
    };
    SIGNS.iter().any(|sign| text.contains(sign))
        // `user.is_staff = True` and `filter(is_staff=True)` ask nothing of the caller.
        || ["is_authenticated", "is_staff", "is_superuser"].into_iter().any(reads)
        || limits_rows(cx, owner)
        || refuses_by_itself(cx, owner)
}

/// Whether `get_queryset` of a view looks at the account, so that a stranger gets few rows or none.
fn limits_rows(cx: &CheckContext<'_>, owner: Owner) -> bool {
    let Owner::Class(class) = owner else { return false };
    matches!(cx.index.lookup(class, "get_queryset"), Lookup::Method { method, .. }
        if cx.sources.slice(method.at).contains("request.user"))
}

/// Whether the code of the view, a function that it hands its request to, or a decorator by its name, turns callers
/// away.
pub(crate) fn refuses_by_itself(cx: &CheckContext<'_>, owner: Owner) -> bool {
    const REFUSALS: [&str; 4] =
        ["PermissionDenied", "permission_denied", "NotAuthenticated", "AuthenticationFailed"];
    let item = match owner {
        Owner::Class(_) => None,
        Owner::Action(class, method) => Some(&cx.index.class(class).methods[method]),
        Owner::Function(function) => Some(cx.index.function(function)),
    };
    if item.is_some_and(|item| item.decorators.iter().any(|d| d.name.as_deref().is_some_and(asks_by_name))) {
        return true;
    }
    let refuses = |text: &&str| REFUSALS.iter().any(|sign| text.contains(sign));
    refuses(&cx.sources.slice(reach::place(cx, owner)))
        || reach::handed_request(cx, owner).iter().any(refuses)
}

/// Whether a decorator such as `permission_required` seems to ask who calls. `permission_classes` and its like are DRF's.
fn asks_by_name(decorator: &str) -> bool {
    const SIGNS: [&str; 8] =
        ["permission", "required", "login", "staff", "superuser", "authori", "has_role", "access"];
    let name = decorator.rsplit('.').next().unwrap_or(decorator);
    !name.ends_with("_classes") && SIGNS.iter().any(|sign| name.contains(sign))
}

/// Whether a comment is written for people, not for a tool.
fn is_remark(comment: &str) -> bool {
    let text = comment.trim_start_matches(['#', ' ']);
    let for_tools = ["noqa", "type:", "pylint", "pragma", "drf-harden", "fmt:", "isort", "nosec"];
    text.chars().filter(|c| c.is_alphabetic()).count() > 3 && !for_tools.iter().any(|t| text.starts_with(t))
}

/// Whether callers must be known wherever the view does not say: the project's default asks for something.
pub(crate) fn default_is_closed(cx: &CheckContext<'_>) -> bool {
    cx.model.is_some_and(|model| matches!(permissions::judged(cx, model), permissions::Openness::Closed))
}

/// Operations that put `[IsAuthenticated]` in the place of a policy's value; `None` when the name means
/// something else in that file.
pub(crate) fn require_login(index: &ProjectIndex, site: &PolicySite<'_>) -> Option<Vec<Operation>> {
    let file = site.at().file;
    let (name, import) = permission_name(index, file, "IsAuthenticated")?;
    let items = vec![Code::Name(name)];
    let with =
        if matches!(site.value, Expression::Tuple(_)) { Code::Tuple(items) } else { Code::List(items) };
    let mut operations = vec![Operation::ReplaceExpression { at: site.value_at, with }];
    operations.extend(import);
    Some(operations)
}

/// How a file says one of DRF's permissions, and the import that it needs for that; `None` when the name means
/// something else there.
pub(crate) fn permission_name(
    index: &ProjectIndex,
    file: FileId,
    name: &str,
) -> Option<(String, Option<Operation>)> {
    let wanted = format!("rest_framework.permissions.{name}");
    let items = index.file(file)?;
    let mut module = None;
    for binding in &items.bindings {
        match index.resolve(file, &binding.name) {
            Resolution::External(full) if full == wanted => {
                return Some((binding.name.to_string(), None));
            }
            Resolution::External(full) if full == "rest_framework.permissions" => {
                module = Some(&binding.name);
            }
            _ => {}
        }
    }
    if let Some(module) = module {
        return Some((format!("{module}.{name}"), None));
    }
    let taken = !items.bindings_of(name).is_empty();
    let import =
        Operation::AddImport { file, module: "rest_framework.permissions".to_owned(), name: name.to_owned() };
    (!taken).then(|| (name.to_owned(), Some(import)))
}

/// The operation that takes a policy away, so that what is inherited counts. `None` where that cannot be done
/// with one plain edit.
pub(crate) fn remove(site: &PolicySite<'_>) -> Option<Operation> {
    match site.written {
        Written::Attribute(value) => (value.alone && !value.conditional && !value.augmented)
            .then_some(Operation::RemoveStatement { at: value.at }),
        Written::Keyword(call, argument) => Some(Operation::RemoveArgument { call, argument: argument.at }),
        Written::Decorator(_) => None,
    }
}

/// Why the attribute at a place may not be what counts: a method of the class decides instead. `None` where the
/// attribute decides.
pub(crate) fn decided_by_method(
    cx: &CheckContext<'_>,
    site: &PolicySite<'_>,
    policy: Policy,
) -> Option<String> {
    let name = policy.method();
    match cx.index.lookup(site.class()?, name) {
        Lookup::Method { method, .. } => {
            let text = cx.sources.slice(method.at);
            // One that passes the attribute on, or asks the base on some branch, leaves it in force there.
            let passes_on = text.contains(policy.name()) || text.contains("super()");
            (!passes_on).then(|| format!("`{name}` decides instead of the attribute"))
        }
        _ => None,
    }
}

/// The methods of views that compute a policy and do nothing but return an empty list, with their classes.
pub(crate) fn emptied_by_method<'a>(
    cx: &CheckContext<'a>,
    policy: Policy,
) -> Vec<(ClassId, &'a FunctionItem)> {
    let of_views = classes(cx).into_iter().filter(|(_, truth)| *truth == Truth::Yes);
    let methods = of_views.filter_map(|(id, _)| Some((id, cx.index.class(id).method(policy.method())?)));
    methods
        .filter(|(_, method)| {
            functions::returns_empty_list(&cx.index.tree(cx.sources, method.at.file), method.at)
        })
        .collect()
}

/// The `get_permissions` methods of views that let everybody in on some branch, as far as their text tells.
pub(crate) fn open_branches(cx: &CheckContext<'_>) -> Vec<Label> {
    let index = cx.index;
    let views =
        index.views().filter(|(id, truth)| *truth == Truth::Yes && !is_beside(cx, index.class_file(*id)));
    views
        .filter_map(|(id, _)| index.class(id).method("get_permissions"))
        .filter(|method| {
            let text = cx.sources.slice(method.at);
            text.contains("AllowAny") || text.contains("return []") || text.contains("return ()")
        })
        .map(|method| Label::new(method.name_at, "may let everybody in on some branch"))
        .collect()
}

/// What counts for a view's permissions once the place itself is gone; `None` when it cannot be told.
pub(crate) fn inherited_is_closed(cx: &CheckContext<'_>, site: &PolicySite<'_>) -> Option<bool> {
    let (class, policy) = (site.class()?, Policy::Permission.name());
    let found = match site.owner {
        Owner::Class(_) => cx.index.lookup_inherited(class, policy),
        _ => cx.index.lookup(class, policy),
    };
    match found {
        Lookup::Settings { .. } => Some(default_is_closed(cx)),
        Lookup::Value { class, value } => match cx.index.openness(value.at, Some(class), &value.value) {
            Openness::Closed => Some(true),
            Openness::Open => Some(false),
            Openness::Unclear(_) => None,
        },
        _ => None,
    }
}

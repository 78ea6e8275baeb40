//! Random views that ask who calls: permission classes with bodies, algebra, lists that conditions choose,
//! `get_permissions`, `check_permissions`, `initial` and `dispatch` of their own, mixins and decorators, on any level of
//! a hierarchy. The same seed gives the same views.

use super::mutate::Dice;

/// A generated project: its files, and its views with the actions that the URLs map.
pub(crate) struct Guarded {
    pub(crate) files: Vec<(String, String)>,
    pub(crate) views: Vec<(String, Vec<(&'static str, &'static str)>)>,
}

const SETTINGS: &str = "FEATURE_OPEN = True
FEATURE_CLOSED = False
ROLES = ['a']
REST_FRAMEWORK = {
    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
    'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication'],
}
";

const HEAD: &str = "import functools
import operator

import outside
from django.conf import settings
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.utils.decorators import method_decorator
from rest_framework import exceptions
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import (
    SAFE_METHODS, AllowAny, BasePermission, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly,
)
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

YES = True
NO = False
";

/// What is no part of the project, with one answer for one run.
const OUTSIDE: &str = "import functools
import random

dice = random.Random(SEED)


def flag(*args):
    return dice.random() < 0.5


def allowed(request):
    return bool(request.user and request.user.is_staff) or flag()


class Gate:
    def check_permissions(self, request):
        if flag():
            super().check_permissions(request)


def guarded(view):
    @functools.wraps(view)
    def inner(request, *args, **kwargs):
        return view(request, *args, **kwargs)
    return inner
";

const LIBRARY: [&str; 4] = ["IsAuthenticated", "IsAdminUser", "AllowAny", "IsAuthenticatedOrReadOnly"];
/// Rules, helpers and views of one project.
const RULES: usize = 7;
const HELPERS: usize = 3;
const VIEWS: usize = 16;

/// The project of a seed.
pub(crate) fn project(seed: u64) -> Guarded {
    let mut made = Maker {
        dice: Dice::new(seed),
        helpers: 0,
        rules: Vec::new(),
        views: Vec::new(),
        sets: Vec::new(),
        plain: Vec::new(),
    };
    // Neighbours begin far apart.
    for _ in 0..8 {
        made.dice.below(2);
    }
    let mut rules = HEAD.to_owned();
    for at in 0..HELPERS {
        rules += &format!("\n\ndef asks{at}(request):\n{}", made.body(Place::Helper, 2));
        made.helpers += 1;
    }
    for at in 0..RULES {
        rules += &made.rule(at);
        made.rules.push(format!("Rule{at}"));
    }
    let mut views = format!("{HEAD}from .rules import *\n");
    for at in 0..VIEWS {
        views += &made.view(at);
    }
    let files = [
        ("settings.py", SETTINGS.to_owned()),
        ("outside.py", OUTSIDE.replace("SEED", &seed.to_string())),
        ("shop/__init__.py", String::new()),
        ("shop/rules.py", rules),
        ("shop/views.py", views),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    Guarded { files, views: made.views }
}

/// Where a condition stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Helper,
    Permission,
    View,
}

struct Maker {
    dice: Dice,
    helpers: usize,
    rules: Vec<String>,
    views: Vec<(String, Vec<(&'static str, &'static str)>)>,
    /// The view sets so far, and the plain views: later ones may inherit from them.
    sets: Vec<String>,
    plain: Vec<String>,
}

impl Maker {
    fn chance(&mut self, n: usize) -> bool {
        self.dice.below(100) < n
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.dice.below(from.len())].clone()
    }

    fn atom(&mut self, place: Place) -> String {
        let request = if place == Place::View { "self.request" } else { "request" };
        let action = match place {
            Place::Helper => None,
            Place::Permission => Some("getattr(view, 'action', None)"),
            Place::View => Some("getattr(self, 'action', None)"),
        };
        match self.dice.below(30) {
            0..=3 => format!("{request}.user.is_staff"),
            4..=6 => format!("{request}.user.is_authenticated"),
            7 => format!("{request}.user.is_superuser"),
            8 => format!("bool({request}.user)"),
            9 => format!("{request}.user.is_anonymous"),
            10..=12 => format!("{request}.method in SAFE_METHODS"),
            13 => format!("{request}.method == 'GET'"),
            14 => format!("{request}.method not in ('POST', 'DELETE')"),
            15 => "settings.FEATURE_OPEN".to_owned(),
            16 => "settings.FEATURE_CLOSED".to_owned(),
            17 => "getattr(settings, 'NOT_SET', True)".to_owned(),
            18 => "YES".to_owned(),
            19 => "NO".to_owned(),
            20 => format!("getattr({request}.user, 'is_staff', False)"),
            21 => format!("{request}.META.get('HTTP_X_KEY') == settings.API_KEY"),
            22 => format!("{request}.user.has_perm('shop.view')"),
            23 => format!("{request}.user.groups.filter(name__in=settings.ROLES).exists()"),
            24 => "outside.flag()".to_owned(),
            25 => format!("outside.allowed({request})"),
            26 => format!("{request}.auth"),
            27 | 28 if self.helpers > 0 => format!("asks{}({request})", self.dice.below(self.helpers)),
            _ => match action {
                Some(action) => {
                    let names =
                        self.pick(&["== 'list'", "in ('list', 'retrieve')", "!= 'create'", "is None"]);
                    format!("({action} {names})")
                }
                None => format!("{request}.user.pk"),
            },
        }
    }

    fn condition(&mut self, place: Place, depth: usize) -> String {
        if depth == 0 || self.chance(35) {
            return self.atom(place);
        }
        let (a, b) = (self.condition(place, depth - 1), self.condition(place, depth - 1));
        match self.dice.below(12) {
            0..=2 => format!("({a} and {b})"),
            3..=5 => format!("({a} or {b})"),
            6 => format!("(not {a})"),
            7 => format!("({a} if {b} else {})", self.atom(place)),
            8 => format!("bool({a})"),
            9 => format!("all([{a}, {b}])"),
            10 => format!("any((x for x in ({a}, {b})))"),
            _ => format!("(({a}) is not None and {b})"),
        }
    }

    /// The body of a function that answers whether a caller may pass.
    fn body(&mut self, place: Place, depth: usize) -> String {
        let mut out = String::new();
        for _ in 0..self.dice.below(3) {
            out += &indent(&self.statement(place, depth));
        }
        let end = match self.dice.below(10) {
            0 => "pass".to_owned(),
            1 if place == Place::Permission => "return super().has_permission(request, view)".to_owned(),
            2 if place == Place::Permission => {
                let op = self.pick(&["and", "or"]);
                format!("return super().has_permission(request, view) {op} {}", self.condition(place, 1))
            }
            3 => "return True".to_owned(),
            4 => "return False".to_owned(),
            _ => format!("return {}", self.condition(place, 2)),
        };
        out + &indent(&end)
    }

    fn statement(&mut self, place: Place, depth: usize) -> String {
        let condition = self.condition(place, 2);
        let answer = self.condition(place, 1);
        match self.dice.below(9) {
            0 | 1 => format!("if {condition}:\n    return {answer}"),
            2 => format!("if not {condition}:\n    return False"),
            3 => format!("if {condition}:\n    raise {}", self.refusal()),
            4 => format!(
                "try:\n    if {condition}:\n        return {answer}\nexcept Exception:\n    return False"
            ),
            5 => format!("for each in ({condition}, {answer}):\n    if each:\n        return True"),
            6 => format!("found = {condition}\nif found:\n    return {answer}"),
            7 if depth > 0 => {
                let (one, other) = (self.statement(place, depth - 1), self.statement(place, depth - 1));
                format!("if {condition}:\n{}else:\n{}", indent(&one), indent(&other))
            }
            _ => format!(
                "allowed = False\nif {condition}:\n    allowed = {answer}\nif allowed:\n    return True"
            ),
        }
    }

    fn refusal(&mut self) -> &'static str {
        self.pick(&["PermissionDenied", "exceptions.PermissionDenied()", "exceptions.NotAuthenticated()"])
    }

    fn rule(&mut self, at: usize) -> String {
        let library =
            self.pick(&["BasePermission", "BasePermission", "IsAuthenticated", "IsAdminUser", "AllowAny"]);
        let bases = if self.rules.is_empty() || self.chance(60) {
            library.to_owned()
        } else if self.chance(50) {
            self.pick(&self.rules.clone())
        } else {
            format!("{}, IsAuthenticatedOrReadOnly", self.pick(&self.rules.clone()))
        };
        let mut out = format!("\n\nclass Rule{at}({bases}):\n    message = 'no'\n");
        if self.chance(85) {
            let body = self.body(Place::Permission, 1);
            out += &indent(&format!("def has_permission(self, request, view):\n{body}"));
        }
        out
    }

    /// One class of permissions, or an expression of several.
    fn permission(&mut self) -> String {
        let name =
            if self.chance(65) { self.pick(&self.rules.clone()) } else { self.pick(&LIBRARY).to_owned() };
        if self.chance(75) {
            return name;
        }
        let other = self.permission();
        match self.dice.below(4) {
            0 => format!("({name} & {other})"),
            1 => format!("({name} | {other})"),
            2 => format!("(~{name})"),
            _ => format!("functools.reduce(operator.or_, [{name}, {other}])"),
        }
    }

    fn permissions(&mut self) -> String {
        let (a, b) = (self.permission(), self.permission());
        match self.dice.below(8) {
            0 => "[]".to_owned(),
            1 => format!("[{a}, {b}]"),
            2 => format!("({a},)"),
            3 => format!("[{a}] + [{b}]"),
            4 => format!("[{a}] if settings.FEATURE_OPEN else [{b}]"),
            5 => format!("[*({a}, {b})]"),
            _ => format!("[{a}]"),
        }
    }

    fn get_permissions(&mut self) -> String {
        let condition = self.condition(Place::View, 1);
        let (a, b) = (self.permissions(), self.permissions());
        let body = match self.dice.below(6) {
            0 => format!(
                "if {condition}:\n    return [each() for each in {a}]\nreturn super().get_permissions()"
            ),
            1 => format!(
                "if {condition}:\n    self.permission_classes = {a}\nreturn super().get_permissions()"
            ),
            2 => {
                format!("chosen = {a}\nif {condition}:\n    chosen = {b}\nreturn [each() for each in chosen]")
            }
            3 => format!(
                "by_action = {{'list': {a}, 'create': {b}}}\nreturn [each() for each in by_action.get(getattr(self, 'action', None), self.permission_classes)]"
            ),
            4 => format!("return [each() for each in ({a} if {condition} else {b})]"),
            _ => format!("found = super().get_permissions()\nif {condition}:\n    found = []\nreturn found"),
        };
        format!("def get_permissions(self):\n{}", indent(&body))
    }

    fn hook(&mut self) -> String {
        let (condition, refusal) = (self.condition(Place::View, 1), self.refusal());
        match self.dice.below(7) {
            0 => format!(
                "def check_permissions(self, request):\n    if {condition}:\n        return\n    super().check_permissions(request)"
            ),
            1 => format!(
                "def check_permissions(self, request):\n    super().check_permissions(request)\n    if {condition}:\n        raise {refusal}"
            ),
            2 => format!(
                "def initial(self, request, *args, **kwargs):\n    super().initial(request, *args, **kwargs)\n    if not {condition}:\n        self.permission_denied(request)"
            ),
            3 => format!(
                "def initial(self, request, *args, **kwargs):\n    if {condition}:\n        super().initial(request, *args, **kwargs)\n    else:\n        raise {refusal}"
            ),
            4 => "def permission_denied(self, request, message=None, code=None):\n    if outside.flag():\n        super().permission_denied(request, message, code)".to_owned(),
            5 => "def dispatch(self, request, *args, **kwargs):\n    if not request.user.is_authenticated:\n        raise PermissionDenied\n    return super().dispatch(request, *args, **kwargs)".to_owned(),
            _ => "def perform_authentication(self, request):\n    pass".to_owned(),
        }
    }

    fn view(&mut self, at: usize) -> String {
        let is_set = self.chance(50);
        let name = format!("View{at}");
        if !is_set && self.chance(15) {
            let list = self.permissions();
            self.views.push((format!("shop.views.view{at}"), Vec::new()));
            return format!(
                "\n\n@api_view(['GET', 'POST'])\n@permission_classes({list})\ndef view{at}(request, *args, **kwargs):\n    return Response('IN')\n"
            );
        }
        let known = if is_set { self.sets.clone() } else { self.plain.clone() };
        let base = match (known.is_empty(), is_set) {
            (false, _) if self.chance(35) => self.pick(&known),
            (_, true) => "ViewSet".to_owned(),
            _ => "APIView".to_owned(),
        };
        let mixin = if base.starts_with("View") && base != "ViewSet" || self.chance(86) {
            ""
        } else {
            self.pick(&["LoginRequiredMixin, ", "UserPassesTestMixin, ", "outside.Gate, "])
        };
        let mut body = String::new();
        if self.chance(70) {
            body += &format!("permission_classes = {}\n", self.permissions());
        }
        if self.chance(8) {
            body += "authentication_classes = []\n";
        }
        if mixin.starts_with("UserPasses") {
            // There the request is Django's own still.
            let test =
                self.pick(&["self.request.user.is_staff", "self.request.method == 'GET'", "outside.flag()"]);
            body += &format!("\ndef test_func(self):\n    return {test}\n");
        }
        if self.chance(35) {
            body += &format!("\n{}", self.get_permissions());
        }
        if self.chance(30) {
            body += &format!("\n{}\n", self.hook());
        }
        let actions: &[(&str, &str)] = match (is_set, self.dice.below(2)) {
            (false, _) => &[],
            (true, 0) => &[("get", "list"), ("post", "create")],
            (true, _) => &[("get", "retrieve"), ("delete", "destroy")],
        };
        let handlers: &[&str] =
            if is_set { &["list", "create", "retrieve", "destroy"] } else { &["get", "post"] };
        for handler in handlers {
            body += &format!("\ndef {handler}(self, request, *args, **kwargs):\n    return Response('IN')\n");
        }
        let decorator = match self.dice.below(14) {
            0 => "@method_decorator(login_required, name='dispatch')\n",
            1 => "@method_decorator(user_passes_test(lambda user: user.is_staff), name='dispatch')\n",
            2 => "@method_decorator(outside.guarded, name='dispatch')\n",
            _ => "",
        };
        self.views.push((format!("shop.views.{name}"), actions.to_vec()));
        if is_set { &mut self.sets } else { &mut self.plain }.push(name.clone());
        format!("\n\n{decorator}class {name}({mixin}{base}):\n{}", indent(&body))
    }
}

/// Each line of a block, indented once more.
fn indent(block: &str) -> String {
    block
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") })
        .collect()
}

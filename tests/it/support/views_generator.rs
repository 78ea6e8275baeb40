//! Random Django projects for the endpoints: routers, includes, converters and regexes, prefixes and namespaces, class
//! hierarchies with mixins, policy attributes on any level, decorators on functions, `get_permissions` by action.
//! The same seed gives the same project.

/// The files of a project; settings module `settings`.
pub(crate) fn project(seed: u64) -> Vec<(String, String)> {
    let mut made =
        Maker { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, sets: Vec::new(), plain: Vec::new() };
    let settings = made.settings();
    let (base, views) = (made.bases(), made.views());
    let (urls, inner) = (made.urls("outer"), made.urls("inner"));
    let outer = format!("{urls}urlpatterns += [path('inner/', include('shop.inner'))]\n");
    let files = [
        ("settings.py", settings),
        ("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n".to_owned()),
        ("shop/__init__.py", String::new()),
        ("shop/rules.py", RULES.to_owned()),
        ("shop/base.py", base),
        ("shop/views.py", views),
        ("shop/inner.py", inner),
        ("shop/urls.py", outer),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

const RULES: &str = "from rest_framework import permissions, throttling
from rest_framework.pagination import PageNumberPagination


class Staff(permissions.BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_staff)


class Owner(permissions.IsAuthenticated):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user


class Reading(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.method in permissions.SAFE_METHODS


class Slow(throttling.UserRateThrottle):
    rate = '3/day'


class Pages(PageNumberPagination):
    page_size = 7
";

const HEAD: &str =
    "from rest_framework import authentication, generics, mixins, permissions, throttling, views, viewsets
from rest_framework.decorators import (
    action, api_view, authentication_classes, permission_classes, throttle_classes,
)
from rest_framework.pagination import CursorPagination, LimitOffsetPagination
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated
from rest_framework.response import Response
from shop import rules
from shop.rules import Owner, Pages, Reading, Slow, Staff
";

const RULE: [&str; 9] = [
    "IsAuthenticated",
    "AllowAny",
    "IsAdminUser",
    "permissions.IsAuthenticatedOrReadOnly",
    "Staff",
    "rules.Owner",
    "Reading",
    "IsAuthenticated & Staff",
    "(Reading | ~IsAdminUser)",
];
const AUTHENTICATION: [&str; 3] = [
    "authentication.SessionAuthentication",
    "authentication.TokenAuthentication",
    "authentication.BasicAuthentication",
];
const THROTTLE: [&str; 3] = ["Slow", "throttling.AnonRateThrottle", "rules.Slow"];
const PAGINATION: [&str; 4] = ["Pages", "LimitOffsetPagination", "CursorPagination", "None"];
const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

struct Maker {
    state: u64,
    /// Names of view sets, and whether they serve a model's five actions.
    sets: Vec<String>,
    /// Expressions of finished views.
    plain: Vec<String>,
}

impl Maker {
    fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % n
    }

    fn chance(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn some(&mut self, from: &[&str], most: usize) -> Vec<String> {
        let count = self.below(most + 1);
        (0..count).map(|_| self.pick(from).to_owned()).collect()
    }

    fn list(&mut self, from: &[&str], most: usize) -> String {
        let items = self.some(from, most);
        match (self.below(3), items.len()) {
            (0, 1..) => format!("({},)", items.join(", ")),
            (1, 1..) => format!("[{}] + [{}]", items[0], items[1..].join(", ")),
            _ => format!("[{}]", items.join(", ")),
        }
    }

    fn settings(&mut self) -> String {
        let quoted = |names: Vec<String>, home: &str| {
            let all: Vec<String> = names.iter().map(|n| format!("'{home}.{n}'")).collect();
            format!("[{}]", all.join(", "))
        };
        let mut keys = Vec::new();
        if !self.chance(3) {
            let names = self.some(&["IsAuthenticated", "AllowAny", "IsAdminUser"], 2);
            keys.push(format!(
                "'DEFAULT_PERMISSION_CLASSES': {}",
                quoted(names, "rest_framework.permissions")
            ));
        }
        if !self.chance(3) {
            let names = self.some(&["SessionAuthentication", "TokenAuthentication"], 2);
            let names = quoted(names, "rest_framework.authentication");
            keys.push(format!("'DEFAULT_AUTHENTICATION_CLASSES': {names}"));
        }
        if self.chance(2) {
            let names = self.some(&["AnonRateThrottle", "UserRateThrottle"], 2);
            keys.push(format!("'DEFAULT_THROTTLE_CLASSES': {}", quoted(names, "rest_framework.throttling")));
            keys.push("'DEFAULT_THROTTLE_RATES': {'anon': '1/day', 'user': '2/day'}".to_owned());
        } else {
            keys.push("'DEFAULT_THROTTLE_RATES': {'anon': '1/day', 'user': None}".to_owned());
        }
        if self.chance(2) {
            keys.push("'DEFAULT_PAGINATION_CLASS': 'shop.rules.Pages', 'PAGE_SIZE': 5".to_owned());
        }
        format!(
            "SECRET_KEY = 'x'\nINSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', \
             'rest_framework', 'rest_framework.authtoken']\nROOT_URLCONF = 'shop.urls'\n\
             REST_FRAMEWORK = {{{}}}\n",
            keys.join(", ")
        )
    }

    /// Attributes of a class body, some of them.
    fn attributes(&mut self, often: usize) -> String {
        let mut body = String::new();
        if self.chance(often) {
            body += &format!("    permission_classes = {}\n", self.list(&RULE, 3));
        }
        if self.chance(often + 1) {
            body += &format!("    authentication_classes = {}\n", self.list(&AUTHENTICATION, 2));
        }
        if self.chance(often + 2) {
            body += &format!("    throttle_classes = {}\n", self.list(&THROTTLE, 2));
        }
        if self.chance(often + 2) {
            body += &format!("    pagination_class = {}\n", self.pick(&PAGINATION));
        }
        body
    }

    /// `get_permissions` that looks at the action or the method.
    fn getter(&mut self, actions: &[&str]) -> String {
        let test = match self.below(4) {
            0 if !actions.is_empty() => format!("self.action == '{}'", actions[self.below(actions.len())]),
            1 if !actions.is_empty() => {
                format!("self.action in ('{}', 'create')", actions[self.below(actions.len())])
            }
            2 => "self.request.method in permissions.SAFE_METHODS".to_owned(),
            _ => "self.request.method == 'POST'".to_owned(),
        };
        let (one, other) = (self.pick(&RULE[..7]), self.pick(&RULE[..7]));
        match self.below(3) {
            0 => format!(
                "    def get_permissions(self):\n        if {test}:\n            return [{one}()]\n        \
                 return super().get_permissions()\n"
            ),
            1 => format!(
                "    def get_permissions(self):\n        if {test}:\n            classes = [{one}]\n        else:\n            \
                 classes = [{other}]\n        return [rule() for rule in classes]\n"
            ),
            _ => format!(
                "    def get_permissions(self):\n        rule = {one} if {test} else {other}\n        return [rule()]\n"
            ),
        }
    }

    fn bases(&mut self) -> String {
        let mut text = HEAD.to_owned();
        for number in 0..3 {
            let body = self.attributes(2);
            let getter = if self.chance(6) { self.getter(&[]) } else { String::new() };
            text += &format!("\n\nclass Mix{number}:\n    marked = {number}\n{body}{getter}");
        }
        // Mixins that only the bases have: what a class takes in twice must keep one order.
        for number in 0..2 {
            let body = self.attributes(2);
            text += &format!("\n\nclass Low{number}:\n    marked = 'low'\n{body}");
        }
        let parents =
            ["views.APIView", "generics.GenericAPIView", "viewsets.ViewSet", "viewsets.GenericViewSet"];
        for (number, parent) in parents.into_iter().enumerate() {
            let mixed = if self.chance(3) { format!("Low{}, ", self.below(2)) } else { String::new() };
            let body = self.attributes(3);
            text += &format!("\n\nclass Base{number}({mixed}{parent}):\n    marked = 'base'\n{body}");
        }
        text
    }

    fn views(&mut self) -> String {
        let mut text = format!("{HEAD}from shop.base import *\nfrom shop import base as shared\n");
        for number in 0..4 {
            let mixed = self.mixed();
            let base = self.pick(&["Base0", "shared.Base1", "views.APIView", "generics.ListCreateAPIView"]);
            let body = self.attributes(2);
            let getter = if self.chance(4) { self.getter(&[]) } else { String::new() };
            let mut verbs = String::new();
            for verb in VERBS {
                if self.chance(2) {
                    verbs += &format!(
                        "    def {verb}(self, request, *args, **kwargs):\n        return Response()\n"
                    );
                }
            }
            text += &format!(
                "\n\nclass View{number}({mixed}{base}):\n    marked = 'view'\n{body}{getter}{verbs}"
            );
            let keywords = if self.chance(3) {
                format!(
                    "permission_classes=[views.{}]",
                    self.pick(&["Staff", "IsAuthenticated", "rules.Owner", "AllowAny"])
                )
            } else {
                String::new()
            };
            self.plain.push(format!("views.View{number}.as_view({keywords})"));
        }
        for number in 0..4 {
            let mixed = self.mixed();
            let base = self.pick(&[
                "viewsets.ModelViewSet",
                "Base2",
                "shared.Base3",
                "viewsets.ReadOnlyModelViewSet",
            ]);
            let body = self.attributes(2);
            let mut text_of = format!("\n\nclass Set{number}({mixed}{base}):\n    marked = 'set'\n{body}");
            if base.contains("Base") {
                text_of += "    def list(self, request):\n        return Response()\n";
                if self.chance(2) {
                    text_of += "    def destroy(self, request, pk=None):\n        return Response()\n";
                }
            }
            if self.chance(3) {
                text_of += "    lookup_field = 'slug'\n    lookup_value_regex = '[a-z]+'\n";
            }
            if self.chance(2) {
                text_of += &self.getter(&["list", "extra", "retrieve"]);
            }
            for name in ["extra", "other"] {
                if self.chance(2) {
                    text_of += &self.extra(name);
                }
            }
            text += &text_of;
            self.sets.push(format!("Set{number}"));
        }
        for number in 0..3 {
            let verbs: Vec<String> = self.some(&["'GET'", "'POST'", "'delete'"], 3);
            let wrapped = if verbs.is_empty() {
                "@api_view()".to_owned()
            } else {
                format!("@api_view([{}])", verbs.join(", "))
            };
            let mut below = String::new();
            if self.chance(2) {
                below += &format!("@permission_classes([{}])\n", self.some(&RULE, 2).join(", "));
            }
            if self.chance(3) {
                below +=
                    &format!("@authentication_classes([{}])\n", self.some(&AUTHENTICATION, 2).join(", "));
            }
            if self.chance(3) {
                below += "@throttle_classes([Slow])\n";
            }
            text += &format!(
                "\n\n{wrapped}\n{below}def function{number}(request, **kwargs):\n    return Response()\n"
            );
            self.plain.push(format!("views.function{number}"));
        }
        text
    }

    fn mixed(&mut self) -> String {
        let mut order: Vec<usize> = (0..3).filter(|_| self.chance(3)).collect();
        if self.chance(2) {
            order.reverse();
        }
        order
            .iter()
            .map(|n| if n % 2 == 0 { format!("Mix{n}, ") } else { format!("shared.Mix{n}, ") })
            .collect()
    }

    fn extra(&mut self, name: &str) -> String {
        let mut keywords = vec![format!("detail={}", if self.chance(2) { "True" } else { "False" })];
        if self.chance(2) {
            keywords.push(format!(
                "methods=['{}', '{}']",
                self.pick(&["get", "POST"]),
                self.pick(&["delete", "put"])
            ));
        }
        if self.chance(3) {
            keywords.push(format!("url_path='{name}-path'"));
        }
        if self.chance(3) {
            keywords.push(format!("url_name='{name}-name'"));
        }
        if self.chance(2) {
            keywords.push(format!("permission_classes={}", self.list(&RULE, 2)));
        }
        if self.chance(4) {
            keywords.push("throttle_classes=[Slow]".to_owned());
        }
        format!(
            "    @action({})\n    def {name}(self, request, **kwargs):\n        return Response()\n",
            keywords.join(", ")
        )
    }

    fn urls(&mut self, name: &str) -> String {
        let mut text = String::from(
            "from django.urls import include, path, re_path\nfrom rest_framework import routers\nfrom rest_framework.urlpatterns \
             import format_suffix_patterns\nfrom shop import views\n\n",
        );
        let router = self.pick(&["DefaultRouter", "SimpleRouter"]);
        let slash = if self.chance(3) { "trailing_slash=False" } else { "" };
        text += &format!("router = routers.{router}({slash})\n");
        for set in self.sets.clone() {
            if !self.chance(4) {
                let prefix = self.pick(&["things", "r/things", "v-1", ""]);
                let lower = set.to_lowercase();
                text += &format!("router.register(r'{prefix}{lower}', views.{set}, basename='{lower}')\n");
            }
        }
        text += &format!("app_name = '{name}'\nurlpatterns = [\n");
        for (number, view) in self.plain.clone().into_iter().enumerate() {
            let named = if self.chance(2) { format!(", name='{name}-{number}'") } else { String::new() };
            let line = match self.below(6) {
                0 => format!("    re_path(r'^re{number}/(?P<slug>[\\w-]+)/$', {view}{named}),\n"),
                1 => format!("    path('c{number}/<int:pk>/<slug:name>/', {view}{named}),\n"),
                2 => format!(
                    "    path('n{number}/', include([path('in/', {view}{named}), re_path('^deep$', {view})])),\n"
                ),
                3 => format!(
                    "    path('t{number}/', include(([path('', {view}{named})], 'app{number}'), namespace='s')),\n"
                ),
                4 => format!("    *format_suffix_patterns([path('f{number}', {view}{named})]),\n"),
                _ => format!("    path('p{number}/', {view}{named}),\n"),
            };
            text += &line;
        }
        text += "]\n";
        let position = self.below(self.sets.len());
        let set = self.sets[position].clone();
        text += &match self.below(3) {
            0 => "urlpatterns += router.urls\n".to_owned(),
            1 => "urlpatterns.append(path('api/', include(router.urls)))\n".to_owned(),
            _ => "urlpatterns = [path('api/', include((router.urls, 'api')))] + urlpatterns\n".to_owned(),
        };
        if self.chance(2) {
            text += &format!(
                "for prefix in ('x', 'y'):\n    urlpatterns.append(path(f'{{prefix}}/set/', views.{set}.as_view({{'get': 'list'}})))\n"
            );
        }
        text
    }
}

//! What the index must conclude, one construct a test.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::python::parse;
use crate::settings::Truth;
use crate::source::SourceFile;

/// An index over files given as (path, text).
pub(super) fn index_of(files: &[(&str, &str)]) -> (Sources, ProjectIndex) {
    let file = |(path, text): &(&str, &str)| SourceFile::from_bytes((*path).into(), text.as_bytes()).unwrap();
    let sources = Sources::new(PathBuf::from("/project"), files.iter().map(file).collect());
    let items =
        sources.iter().map(|(id, f)| Arc::new(items::collect(&sources, id, &parse(&f.text)))).collect();
    let index = ProjectIndex::link(&sources, None, items);
    (sources, index)
}

fn class(index: &ProjectIndex, name: &str) -> ClassId {
    index.classes().map(|(id, _)| id).find(|&id| index.class_name(id) == name).expect(name)
}

fn is_view(files: &[(&str, &str)], name: &str) -> Truth {
    let (_, index) = index_of(files);
    index.is_subclass_of(class(&index, name), API_VIEW)
}

/// The method resolution order in words.
fn order(index: &ProjectIndex, name: &str) -> Vec<String> {
    let ancestor = |a: &Ancestor| match a {
        Ancestor::Project(id) => index.class_name(*id),
        Ancestor::Framework(id) => Framework::builtin().class(*id).name.clone(),
        Ancestor::Plain(name) => name.to_string(),
        Ancestor::Unknown(cause) => format!("? {cause}"),
    };
    index.mro(class(index, name)).order.iter().map(ancestor).collect()
}

#[test]
fn a_base_is_found_through_a_relative_import() {
    let files = [
        ("shop/__init__.py", ""),
        ("shop/base.py", "from rest_framework.views import APIView\nclass Base(APIView): pass\n"),
        ("shop/api/__init__.py", ""),
        ("shop/api/views.py", "from ..base import Base\nclass Orders(Base): pass\n"),
    ];
    assert_eq!(is_view(&files, "shop.api.views.Orders"), Truth::Yes);
}

#[test]
fn a_base_is_found_through_a_re_export_and_an_alias() {
    let files = [
        ("core/__init__.py", "from .views import Base as Exported\n"),
        ("core/views.py", "from rest_framework import generics as g\nclass Base(g.GenericAPIView): pass\n"),
        ("shop/__init__.py", ""),
        ("shop/views.py", "import core\nParent = core.Exported\nclass Orders(Parent): pass\n"),
    ];
    assert_eq!(is_view(&files, "shop.views.Orders"), Truth::Yes);
}

#[test]
fn a_base_is_found_through_star_imports_of_the_project_and_of_a_library() {
    let files = [
        ("core/__init__.py", "from .views import *\n"),
        ("core/views.py", "from rest_framework.viewsets import *\nclass Base(ModelViewSet): pass\n"),
        ("shop/views.py", "from core import *\nclass Orders(Base): pass\n"),
    ];
    assert_eq!(is_view(&files, "shop.views.Orders"), Truth::Yes);
}

#[test]
fn a_star_import_brings_only_what_all_names() {
    let files = [
        (
            "core.py",
            "from rest_framework.views import APIView\n__all__ = ['other']\nclass Base(APIView): pass\n",
        ),
        ("views.py", "from core import *\nclass Orders(Base): pass\n"),
    ];
    assert_eq!(is_view(&files, "views.Orders"), Truth::Maybe);
}

#[test]
fn a_subscripted_base_is_its_class() {
    let text = "from rest_framework.viewsets import ModelViewSet\nclass Orders(ModelViewSet[Order]): pass\n";
    assert_eq!(is_view(&[("views.py", text)], "views.Orders"), Truth::Yes);
}

#[test]
fn a_class_may_have_the_name_of_its_base() {
    let text = "from knox.views import LoginView\nclass LoginView(LoginView): pass\n";
    assert_eq!(is_view(&[("views.py", text)], "views.LoginView"), Truth::Yes);
}

#[test]
fn django_models_and_plain_classes_are_no_views_and_unknown_libraries_may_be() {
    let text = "from django.db import models\nfrom mystery import Thing\nimport enum\n\
                class A(models.Model): pass\nclass B: pass\nclass C(Thing): pass\nclass D(make()): pass\n\
                class E(str, enum.Enum): pass\nclass F(Exception): pass\n";
    let (_, index) = index_of(&[("m.py", text)]);
    let truth = |name: &str| index.is_subclass_of(class(&index, name), API_VIEW);
    assert_eq!(["m.A", "m.B", "m.E", "m.F"].map(truth), [Truth::No; 4]);
    assert_eq!(["m.C", "m.D"].map(truth), [Truth::Maybe; 2]);
}

#[test]
fn a_diamond_is_ordered_as_python_does() {
    let text = "class A: pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass\n";
    let (_, index) = index_of(&[("m.py", text)]);
    assert_eq!(order(&index, "m.D"), ["m.D", "m.B", "m.C", "m.A"]);
    assert_eq!(index.mro(class(&index, "m.D")).problem, None);
}

#[test]
fn library_classes_take_part_in_the_order() {
    let text = "from rest_framework import viewsets, mixins\n\
                class M: pass\nclass V(M, mixins.ListModelMixin, viewsets.GenericViewSet): pass\n";
    let (_, index) = index_of(&[("m.py", text)]);
    assert_eq!(
        order(&index, "m.V"),
        [
            "m.V",
            "m.M",
            "rest_framework.mixins.ListModelMixin",
            "rest_framework.viewsets.GenericViewSet",
            "rest_framework.viewsets.ViewSetMixin",
            "rest_framework.generics.GenericAPIView",
            "rest_framework.views.APIView",
            "django.views.generic.base.View",
        ]
    );
}

#[test]
fn circles_and_inconsistent_orders_are_stated() {
    let text = "class A: pass\nclass B(A): pass\nclass X(A, B): pass\n";
    let (_, index) = index_of(&[
        ("m.py", text),
        ("one.py", "from two import Two\nclass One(Two): pass\n"),
        ("two.py", "from one import One\nclass Two(One): pass\n"),
    ]);
    assert!(index.mro(class(&index, "m.X")).problem.as_deref().unwrap().contains("no consistent"));
    for name in ["one.One", "two.Two"] {
        assert!(
            index.mro(class(&index, name)).problem.as_deref().unwrap().contains("its own base"),
            "{name}"
        );
        assert!(matches!(index.lookup(class(&index, name), "x"), Lookup::Unknown(_)));
    }
}

#[test]
fn a_circle_of_imports_ends() {
    let (_, index) =
        index_of(&[("a.py", "from b import X\nclass C(X): pass\n"), ("b.py", "from a import X\n")]);
    assert_eq!(index.is_subclass_of(class(&index, "a.C"), API_VIEW), Truth::Maybe);
}

#[test]
fn nested_and_conditional_classes_are_indexed() {
    let text = "from rest_framework.views import APIView\n\
                class Outer:\n    class Base(APIView): pass\n    class Inner(Base): pass\n\
                if FLAG:\n    class Either(APIView): pass\nelse:\n    class Either(APIView): x = 1\n\
                class Far(Outer.Base): pass\ndef make():\n    class Local(APIView): pass\n    return Local\n";
    let (_, index) = index_of(&[("m.py", text)]);
    for name in ["m.Outer.Inner", "m.Far", "m.make.<locals>.Local"] {
        assert_eq!(index.is_subclass_of(class(&index, name), API_VIEW), Truth::Yes, "{name}");
    }
    assert_eq!(index.classes().filter(|(_, c)| &*c.name == "Either" && c.conditional).count(), 2);
}

#[test]
fn an_optional_import_means_the_class_and_type_checking_never_runs() {
    let text = "from typing import TYPE_CHECKING\n\
                try:\n    from rest_framework.views import APIView\nexcept ImportError:\n    APIView = object\n\
                if TYPE_CHECKING:\n    Base = APIView\nelse:\n    Base = object\n\
                class A(APIView): pass\nclass B(Base): pass\n";
    let (_, index) = index_of(&[("m.py", text)]);
    assert_eq!(index.is_subclass_of(class(&index, "m.A"), API_VIEW), Truth::Yes);
    assert_eq!(index.is_subclass_of(class(&index, "m.B"), API_VIEW), Truth::No);
}

#[test]
fn an_attribute_is_found_where_python_finds_it() {
    let (_, index) = index_of(&[
        (
            "base.py",
            "from rest_framework.views import APIView\nclass Base(APIView):\n    permission_classes = [P]\n",
        ),
        (
            "views.py",
            "from base import Base\nfrom mystery import Thing\n\
             from rest_framework.authtoken.views import ObtainAuthToken\n\
             from rest_framework.viewsets import ModelViewSet\n\
             class A(Base): pass\nclass T(ObtainAuthToken): pass\nclass V(ModelViewSet): pass\n\
             class Q(Thing, Base): pass\nclass C(Base):\n    if X:\n        permission_classes = []\n",
        ),
    ]);
    let lookup = |name: &str| index.lookup(class(&index, name), "permission_classes");
    assert!(matches!(lookup("views.A"), Lookup::Value { class: c, .. } if c == class(&index, "base.Base")));
    assert!(
        matches!(lookup("views.T"), Lookup::Framework { value: Some(FrameworkValue::List(l)), .. } if l.is_empty())
    );
    assert!(matches!(lookup("views.V"), Lookup::Settings { key: "DEFAULT_PERMISSION_CLASSES", .. }));
    assert!(matches!(lookup("views.Q"), Lookup::Unknown(_)));
    assert!(matches!(lookup("views.C"), Lookup::Unknown(_)));
    assert!(matches!(index.lookup(class(&index, "views.V"), "nothing"), Lookup::Absent));
    let method = index.lookup(class(&index, "views.V"), "get_object");
    assert!(matches!(
        method,
        Lookup::Framework { class: "rest_framework.generics.GenericAPIView", value: None }
    ));
}

#[test]
fn decorators_and_their_arguments_are_kept() {
    let text = "from rest_framework.decorators import api_view, permission_classes as perms\n\
                @api_view(['GET'])\n@perms([A & ~B])\ndef f(request): pass\n";
    let (_, index) = index_of(&[("m.py", text)]);
    let (_, function) = index.api_views().next().expect("the function is a view");
    let arguments = function.decorators[1].arguments.as_deref().unwrap();
    let Expression::List(items) = &arguments[0].value else { panic!("{arguments:?}") };
    assert!(matches!(&items[0], Expression::Binary(b) if b.1 == Operator::And));
}

#[test]
fn the_nearest_of_two_projects_is_meant() {
    let view = "from rest_framework.views import APIView\nclass Base(APIView): pass\n";
    let (_, index) = index_of(&[
        ("one/app/__init__.py", ""),
        ("one/app/base.py", "class Base: pass\n"),
        ("one/app/views.py", "from app.base import Base\nclass V(Base): pass\n"),
        ("two/app/__init__.py", ""),
        ("two/app/base.py", view),
        ("two/app/views.py", "from app.base import Base\nclass V(Base): pass\n"),
    ]);
    let truths: Vec<_> = index
        .classes()
        .filter(|(_, c)| &*c.name == "V")
        .map(|(id, _)| index.is_subclass_of(id, API_VIEW))
        .collect();
    assert_eq!(truths, [Truth::No, Truth::Yes]);
}

#[test]
fn deep_and_broken_input_does_no_harm() {
    let mut deep = "class C0: pass\n".to_owned();
    let mut nested = String::new();
    for i in 1..400 {
        writeln!(deep, "class C{i}(C{}): pass", i - 1).unwrap();
    }
    for i in 0..90 {
        writeln!(nested, "{}class N{i}:", " ".repeat(i)).unwrap();
    }
    nested.push_str(&" ".repeat(90));
    nested.push_str("pass\n");
    let (_, index) =
        index_of(&[("deep.py", &deep), ("nested.py", &nested), ("broken.py", "class A(:\n  x = (\n")]);
    assert!(index.classes().len() > 400);
    assert!(!index.file(index.files().next().unwrap().file).unwrap().is_valid);
}

/// Whom the permissions of the class `V` let in.
fn openness(value: &str) -> Openness {
    let text = format!(
        "from rest_framework.permissions import AllowAny, BasePermission, IsAdminUser as Admin\n\
         from rest_framework.views import APIView\nfrom mystery import Thing\nLIST = [AllowAny]\n\
         class Anyone(BasePermission):\n    def has_permission(self, request, view):\n        return True\n\
         class Owner(BasePermission):\n    def has_object_permission(self, request, view, obj):\n        return obj.x\n\
         class V(APIView):\n    permission_classes = {value}\n"
    );
    let (_, index) = index_of(&[("m.py", &text)]);
    let sites = index.policy_sites(Policy::Permission);
    let [site] = &sites[..] else { panic!("{sites:?}") };
    index.openness(site.at(), site.class(), site.value)
}

#[test]
fn a_permission_expression_is_reduced() {
    for open in [
        "[]",
        "()",
        "[AllowAny]",
        "(AllowAny, AllowAny)",
        "LIST",
        "[*LIST]",
        "LIST + []",
        "[AllowAny | Admin]",
        "[Anyone]",
    ] {
        assert_eq!(openness(open), Openness::Open, "{open}");
    }
    for closed in [
        "[Admin]",
        "[AllowAny, Admin]",
        "[AllowAny & Admin]",
        "[~AllowAny]",
        "[Owner]",
        "[Thing]",
        "LIST + [Admin]",
    ] {
        assert_eq!(openness(closed), Openness::Closed, "{closed}");
    }
    for unclear in
        ["make()", "[make()]", "[nowhere]", "[~Admin]", "[AllowAny if x else Admin]", "NOWHERE + [AllowAny]"]
    {
        assert!(matches!(openness(unclear), Openness::Unclear(_)), "{unclear}");
    }
}

#[test]
fn an_import_path_leads_through_re_exports_to_the_class() {
    let files = [
        ("shop/__init__.py", "from .rules import Members\n"),
        ("shop/rules.py", "class Members: pass\n"),
        ("settings.py", ""),
    ];
    let (sources, index) = index_of(&files);
    let from = sources.find("settings.py").unwrap();
    let members = class(&index, "shop.rules.Members");
    assert_eq!(index.resolve_path(from, "shop.Members"), Resolution::Resolved(Entity::Class(members)));
    let library = "rest_framework.permissions.AllowAny";
    assert_eq!(index.resolve_path(from, library), Resolution::External(library.to_owned()));
    assert!(matches!(index.resolve_path(from, "shop.rules.Gone"), Resolution::Unresolved(_)));
}

#[test]
fn a_class_is_found_by_its_place_and_around_one() {
    let (_, index) = index_of(&[("a.py", "class Outer:\n    class Inner:\n        x = 1\n")]);
    let (outer, inner) = (class(&index, "a.Outer"), class(&index, "a.Outer.Inner"));
    assert_eq!(index.class_at_place(index.class(inner).at), Some(inner));
    assert_eq!(index.class_around(index.class(inner).attributes[0].at), Some(inner));
    assert_eq!(index.class_at_place(index.class(outer).name_at), None);
}

//! `endpoints`: the table, its other forms, filters, and the comparison with a committed inventory.

use crate::support::case::Case;

#[test]
fn the_table_is_grouped_by_exposure_with_the_open_ones_first() {
    insta::assert_snapshot!(Case::demo().run(&["endpoints"]).out);
}

#[test]
fn filters_narrow_the_table() {
    let case = Case::demo();
    for (args, shown, hidden) in [
        (&["--exposure", "open,unknown"][..], "api/export/", "receipt"),
        (&["--method", "delete"], "(?P<pk>[^/.]+)/$", "api/^orders/$"),
        (&["--path", "receipt"], "api/orders/<int:pk>/receipt/", "export"),
        (&["--view", "OrderViewSet"], "api/^orders/$", "receipt"),
    ] {
        let ran = case.run(&[&["endpoints"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert!(ran.out.contains(shown) && !ran.out.contains(hidden), "{args:?}: {}", ran.out);
    }
    let json = case.run(&["endpoints", "--format", "json", "--exposure", "authenticated"]).json();
    assert_eq!(json["endpoints"].as_array().unwrap().len(), 5);
    let none = case.run(&["endpoints", "--path", "nowhere"]);
    assert!(none.err.contains("none of the 9 endpoints matches"), "{}", none.err);
}

#[test]
fn other_forms_have_a_row_for_each_endpoint() {
    let case = Case::demo();
    let csv = case.run(&["endpoints", "--format", "csv"]).out;
    assert_eq!(csv.lines().count(), 10, "{csv}");
    assert!(
        csv.contains("open,GET,api/export/,orders.views.ExportView,orders/views.py:29,none,AllowAny,"),
        "{csv}"
    );
    let markdown = case.run(&["endpoints", "--format", "markdown"]).out;
    assert_eq!(markdown.lines().filter(|line| line.starts_with("| ")).count(), 10, "{markdown}");
    let verbose = case.run(&["endpoints", "-v", "--path", "export"]).out;
    assert!(verbose.contains("authentication  none  class  orders/views.py:32"), "{verbose}");
}

#[test]
fn a_committed_inventory_is_the_gate_for_new_and_weaker_endpoints() {
    let case = Case::demo();
    assert_eq!(case.run(&["endpoints", "--snapshot", "endpoints.json"]).code, 0);
    let same = case.run(&["endpoints", "--compare", "endpoints.json"]);
    assert_eq!((same.code, same.out.as_str()), (0, "The endpoints are as committed.\n"));

    let views = case.read("orders/views.py");
    case.write("orders/views.py", &views.replacen("[IsAuthenticated]", "[AllowAny]", 1));
    let weaker = case.run(&["endpoints", "--compare", "endpoints.json"]);
    assert_eq!(weaker.code, 1);
    assert!(weaker.out.contains("permission IsAuthenticated -> AllowAny"), "{}", weaker.out);
    let json = case.run(&["endpoints", "--compare", "endpoints.json", "--format", "json"]);
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["differences"][0]["change"], "weaker");

    case.write("orders/views.py", &views);
    let urls = case.read("shop/urls.py");
    let more = |line: &str| urls.replace("urlpatterns = [", &format!("urlpatterns = [\n    {line},"));
    case.write("shop/urls.py", &more("path(\"api/all/\", views.ExportView.as_view())"));
    let open = case.run(&["endpoints", "--compare", "endpoints.json"]);
    assert_eq!(open.code, 1, "{}", open.out);
    assert!(open.out.starts_with("New, and open"), "{}", open.out);
    case.write("shop/urls.py", &more("path(\"api/slip/\", views.ReceiptView.as_view())"));
    let closed = case.run(&["endpoints", "--compare", "endpoints.json"]);
    assert_eq!(closed.code, 0, "{}", closed.out);
    assert!(closed.out.contains("api/slip/"), "{}", closed.out);

    case.write("endpoints.json", "[]");
    let broken = case.run(&["endpoints", "--compare", "endpoints.json"]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("endpoints.json is no inventory of endpoints"), "{}", broken.err);
    assert_eq!(case.run(&["endpoints", "--compare", "nowhere.json"]).code, 2);
}

/// The decorators that describe a view leave it as it is; where their package is installed, its source is read.
#[test]
fn a_described_view_keeps_its_permissions_where_the_describing_package_is_installed() {
    let case = Case::empty();
    case.write(
        "settings.py",
        "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['rest_framework']\n",
    );
    case.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
    let urls = "from django.urls import path\nfrom views import Orders\n\n\
                urlpatterns = [path('orders/', Orders.as_view())]\n";
    case.write("urls.py", urls);
    let view = "from drf_spectacular.utils import extend_schema, extend_schema_view\n\
                from rest_framework.permissions import IsAuthenticated\n\
                from rest_framework.views import APIView\n\n\n\
                @extend_schema_view(get=extend_schema(summary='Orders'))\n\
                class Orders(APIView):\n    @extend_schema(summary='Who')\n    def get_permissions(self):\n        \
                return [IsAuthenticated()]\n\n    def get(self, request):\n        pass\n";
    case.write("views.py", view);
    let exposure = || case.run(&["endpoints", "--format", "json"]).json()["endpoints"][0]["exposure"].clone();
    assert_eq!(exposure(), "authenticated");
    case.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    let package = ".venv/lib/python3.12/site-packages";
    case.write(&format!("{package}/drf_spectacular/__init__.py"), "");
    let source = "def extend_schema(**kwargs):\n    def decorator(f):\n        \
                  f.permission = kwargs\n        return f\n    return decorator\n\n\n\
                  def extend_schema_view(**kwargs):\n    return extend_schema(**kwargs)\n";
    case.write(&format!("{package}/drf_spectacular/utils.py"), source);
    assert_eq!(exposure(), "authenticated");
}

#[test]
fn a_package_that_makes_patterns_and_changes_settings_is_read() {
    let case = Case::empty();
    let settings = "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['rest_framework', 'company']\n\
                    REST_FRAMEWORK = {'DEFAULT_THROTTLE_CLASSES': [], 'DEFAULT_PAGINATION_CLASS': None}\n";
    case.write("settings.py", settings);
    case.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
    let urls = "from django.urls import include, path\n\nurlpatterns = [path('', include('company.urls'))]\n";
    case.write("urls.py", urls);
    case.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    let package = ".venv/lib/python3.12/site-packages/company";
    case.write(&format!("{package}/__init__.py"), "");
    let urls = "from django.urls import include, path\n\nfrom . import views\nfrom .api_urls import get_api_urls\n\n\
                urlpatterns = [path('api/', include(get_api_urls(views)))]\n";
    case.write(&format!("{package}/urls.py"), urls);
    let urls = "from django.urls import path\n\n\ndef get_api_urls(api_views):\n    \
                return [path('orders/', api_views.orders, name='orders')]\n";
    case.write(&format!("{package}/api_urls.py"), urls);
    let view = "from rest_framework.permissions import IsAuthenticated\nfrom rest_framework.views import APIView\n\n\n\
                class Orders(APIView):\n    permission_classes = [IsAuthenticated]\n\n    \
                def get(self, request):\n        pass\n\n\norders = Orders.as_view()\n";
    case.write(&format!("{package}/views.py"), view);
    let apps = "from django.apps import AppConfig\n";
    case.write(&format!("{package}/apps.py"), apps);
    let endpoint = || case.run(&["endpoints", "--format", "json"]).json()["endpoints"][0].clone();
    let before = endpoint();
    assert_eq!(before["path"], "api/orders/");
    assert_eq!(before["view"], "company.views.Orders");
    assert_eq!(before["exposure"], "authenticated");
    assert_eq!(before["throttle"]["value"], serde_json::json!([]));
    let ready = "from django.apps import AppConfig\nfrom django.conf import settings\n\n\n\
                 class CompanyConfig(AppConfig):\n    name = 'company'\n\n    def ready(self):\n        \
                 found = settings.REST_FRAMEWORK\n        \
                 found['DEFAULT_THROTTLE_CLASSES'] = ['rest_framework.throttling.UserRateThrottle']\n        \
                 setattr(settings, 'REST_FRAMEWORK', found)\n";
    case.write(&format!("{package}/apps.py"), ready);
    let after = endpoint();
    assert_eq!(after["throttle"]["from"], "unknown");
    assert_eq!(after["pagination"], before["pagination"]);
    assert_eq!(after["exposure"], "authenticated");
}

#[test]
fn constants_of_installed_packages_decide_what_is_served() {
    let case = Case::empty();
    let settings = "SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['rest_framework', 'company']\n\
                    COMPANY_IS_HEADLESS = True\n";
    case.write("settings.py", settings);
    case.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n");
    let urls = "from company import __version__, app_settings\nfrom django.urls import path\n\
                from rest_framework.views import APIView\n\n\n\
                class Orders(APIView):\n    def get(self, request):\n        pass\n\n\nurlpatterns = []\n\
                if [int(part) for part in __version__.split('.')] >= [0, 6]:\n    \
                urlpatterns += [path('orders/', Orders.as_view())]\n\
                if not app_settings.HEADLESS:\n    urlpatterns += [path('pages/', Orders.as_view())]\n\
                if app_settings.SITES:\n    urlpatterns += [path('sites/', Orders.as_view())]\n";
    case.write("urls.py", urls);
    let listed = || {
        let listed = case.run(&["endpoints", "--format", "json"]).json();
        let endpoints = listed["endpoints"].as_array().unwrap();
        let paths: Vec<_> = endpoints.iter().map(|e| e["path"].as_str().unwrap().to_owned()).collect();
        (paths, listed["problems"].as_array().unwrap().len())
    };
    assert!(listed().1 > 0, "without the package it is not said that the conditions cannot be told");
    case.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    let package = ".venv/lib/python3.12/site-packages/company";
    case.write(&format!("{package}/__init__.py"), "__version__ = '0.8.1'\n");
    let source = "from django.conf import settings\n\n\ndef get_setting(name, default):\n    \
                  return getattr(settings, 'COMPANY_' + name, default)\n";
    case.write(&format!("{package}/reading.py"), source);
    let source = "from django.apps import apps\n\n\nclass Settings:\n    @property\n    def HEADLESS(self):\n        \
                  from company.reading import get_setting\n\n        return get_setting('IS_HEADLESS', False)\n\n    \
                  @property\n    def SITES(self):\n        return apps.is_installed('django.contrib.sites')\n\n\n\
                  _settings = Settings()\n\n\ndef __getattr__(name):\n    return getattr(_settings, name)\n";
    case.write(&format!("{package}/app_settings.py"), source);
    assert_eq!(listed(), (vec!["orders/".to_owned()], 0), "{}", case.run(&["endpoints"]).out);
}

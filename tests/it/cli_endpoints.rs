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

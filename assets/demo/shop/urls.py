from django.urls import include, path
from rest_framework.routers import DefaultRouter

from orders import views

router = DefaultRouter()
router.register("orders", views.OrderViewSet, basename="order")

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/orders/<int:pk>/receipt/", views.ReceiptView.as_view()),
    path("api/export/", views.ExportView.as_view()),
    path("api/health/", views.HealthView.as_view()),
]

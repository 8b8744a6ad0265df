"""The registry of the Kubernetes project."""

#: The S3 bucket to which registry.k8s.io (Cluster Autoscaler, metrics server) redirects clients in an AWS Region:
#: [kubernetes/registry.k8s.io, cmd/archeio/internal/app/buckets.go]
#: (https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/internal/app/buckets.go). Some Regions'
#: clients are redirected to a bucket in another Region, which the gateway endpoint does not serve.
KUBERNETES_REGISTRY_BUCKET = "prod-registry-k8s-io-{region}"

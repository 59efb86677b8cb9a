"""Small language models for data-mixture search: tokenise, train, evaluate.

Importing the package costs nothing: each command imports what it needs, so that
`tokenise` and a finished run never pay for `import torch` (1.5 to 2 s).
"""

VERSION = "0.2.0"

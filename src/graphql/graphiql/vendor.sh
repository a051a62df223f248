#!/usr/bin/env bash
# Makes the compressed files beside this script again, from the packages named below. Building Peerband needs none of this:
# the files are committed, so that a build asks nobody.
#
#     src/graphql/graphiql/vendor.sh
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts=false graphiql@3.8.3 react@18.3.1 react-dom@18.3.1 esbuild@0.25
modules=$work/node_modules
npx esbuild "$modules/graphiql/graphiql.min.js" --minify --legal-comments=none --outfile=graphiql.js
# The fonts are as large as all the rest; the system's own do as well.
python3 - "$modules/graphiql/graphiql.min.css" > plain.css <<'PY'
import re, sys
print(re.sub(r"@font-face\s*\{[^}]*\}", "", open(sys.argv[1]).read()))
PY
npx esbuild plain.css --minify --legal-comments=none --outfile=graphiql.css
cat "$modules/react/umd/react.production.min.js" "$modules/react-dom/umd/react-dom.production.min.js" > react.js
for file in graphiql.js graphiql.css react.js; do
    gzip -9nc "$file" > "$here/$file.gz"
done

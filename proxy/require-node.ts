/** What package.json's `engines` asks for (docs/decisions/007-node-version.md). */
const NEEDED = { major: 22, minor: 18 }

// Imported first: an older Node would fail in the middle of a library, with a stack trace that does not say why.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < NEEDED.major || (major === NEEDED.major && minor < NEEDED.minor)) {
  process.stderr.write(
    `The Keyturn proxy needs Node.js ${NEEDED.major}.${NEEDED.minor} or newer; this is ${process.versions.node}. Run it with a newer one.\n`,
  )
  process.exit(1)
}

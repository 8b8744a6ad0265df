'use strict';

// Node runs this before anything else in the process of the jsii kernel. At its end, it adds the number of loaded
// submodules of the bindings to LOADED: the kernel is another process, whose modules Python cannot see.

const fs = require('node:fs');

process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((name) => /provider-aws[\\/]lib[\\/][^\\/]+[\\/]index\.js$/.test(name));
  if (loaded.length > 0) {
    fs.appendFileSync(process.env.LOADED, `JavaScript ${loaded.length}\n`);
  }
});

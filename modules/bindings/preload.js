'use strict';

// Node runs this before anything else in the process of the jsii kernel (NODE_OPTIONS --require, see preload.py).
//
// The AWS package's lib/index.js requires more than 2,100 files, of which an app uses a few dozen. Here its
// exports become getters that require a file on first use. An index that is not of exactly the release and the
// form known here is loaded by Node as it is.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

// The release in use, and those that `make exit` moves to (docs/exit.md).
const RELEASES = ['@cdktf/provider-aws@20.1.0', '@cdktf/provider-aws@21.22.1', '@cdktn/provider-aws@25.8.1'];

// tsc's functions for CDK Terrain's index. They return a module as it is if tsc wrote that module too.
const HELPERS = /^var __createBinding = [^]*?^var __importStar = [^]*?^\}\)\(\);$/m;
// The only other statements in an index that tsc wrote for `export * as name from './folder'`.
const PROLOGUE = /^(?:"use strict";|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);)$/;
const DECLARATION = /^(?:exports\.\w+ = )+void 0;$/;
const EXPORT = /^exports\.(\w+) = (?:__importStar\()?require\("(\.\/[a-z0-9-]+(?:\/index)?)"\)\)?;$/;

function isProviderIndex(filename) {
  // The name is checked first: this function sees every file that Node loads.
  if (!filename.includes('provider-aws') || !filename.endsWith(path.join('lib', 'index.js'))) {
    return false;
  }
  try {
    const manifest = fs.readFileSync(path.join(path.dirname(filename), '..', 'package.json'), 'utf8');
    const { name, version } = JSON.parse(manifest);
    return RELEASES.includes(`${name}@${version}`);
  } catch {
    return false;
  }
}

/** The folder behind each exported name, or null when the index says anything else than known here. */
function readExports(filename) {
  const text = fs.readFileSync(filename, 'utf8').replace(HELPERS, '');
  const source = text.replace(/\/\*[^]*?\*\//g, '').replace(/^\/\/.*$/gm, '');
  const folders = new Map();
  for (const line of source.split('\n').filter((line) => line.trim() !== '')) {
    const [, name, folder] = EXPORT.exec(line) ?? [];
    if (name !== undefined) {
      folders.set(name, folder);
    } else if (!PROLOGUE.test(line) && !DECLARATION.test(line)) {
      return null;
    }
  }
  return folders;
}

function defineGetters(module, folders) {
  const exported = module.exports;
  Object.defineProperty(exported, '__esModule', { value: true });
  for (const [name, folder] of folders) {
    Object.defineProperty(exported, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = module.require(folder);
        Object.defineProperty(exported, name, { value, enumerable: true, writable: true });
        return value;
      },
    });
  }
}

const loadAsUsual = Module._extensions['.js'];
Module._extensions['.js'] = function load(module, filename) {
  const folders = isProviderIndex(filename) ? readExports(filename) : null;
  if (folders === null) {
    loadAsUsual(module, filename);
  } else {
    defineGetters(module, folders);
  }
};

// The kernel reads the definitions of all types (33 MB) into memory to decode those of a few hundred. Here it gets an
// object that reads a range of the file when it decodes it, which is all that the kernel does with it.
const DEFINITIONS = /[\\/]\.jsii\.runtime-defs\.v1\.jsonl$/;
const readAsUsual = fs.readFileSync;

function readRanges(filename) {
  const file = fs.openSync(filename, 'r');
  return {
    toString(encoding, start, end) {
      const range = Buffer.allocUnsafe(end - start);
      if (fs.readSync(file, range, 0, range.length, start) !== range.length) {
        throw new Error(`${filename} is shorter than its index says`);
      }
      return range.toString(encoding);
    },
  };
}

fs.readFileSync = function readFileSync(filename, ...options) {
  if (options.length === 0 && typeof filename === 'string' && DEFINITIONS.test(filename)) {
    return readRanges(filename);
  }
  return readAsUsual.call(fs, filename, ...options);
};

// Drives GramJS in headless Chromium: bundles it, serves the page that uses it, and hands commands on to that.

import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { build } from 'esbuild'
import { chromium } from 'playwright-core'

import { serve, tell } from './protocol.mjs'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const QUIET = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
]
const find = createRequire(import.meta.url).resolve

/** What webpack's configuration for GramJS says: its own functions for Node's crypto, nothing for files and sockets. */
const forBrowsers = {
    name: 'for browsers',
    setup(build) {
        build.onResolve({ filter: /^crypto$/ }, () => ({ path: find('telegram/crypto/crypto') }))
        build.onResolve({ filter: /^(fs|net|socks|stream|node-localstorage)$/ }, ({ path }) => ({ path, namespace: 'nothing' }))
        build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }))
    },
}

async function bundle() {
    const { outputFiles } = await build({
        entryPoints: [join(import.meta.dirname, 'gramjs_page.js')],
        absWorkingDir: join(import.meta.dirname, '..'), // Where aliases are looked for.
        bundle: true, write: false, platform: 'browser', format: 'iife', logLevel: 'warning',
        define: { global: 'globalThis', 'process.env.NODE_DEBUG': 'undefined' },
        alias: { os: 'os-browserify/browser', path: 'path-browserify', util: 'util/', buffer: 'buffer/' },
        inject: [join(import.meta.dirname, 'gramjs_globals.js')],
        plugins: [forBrowsers],
    })
    return outputFiles[0].text
}

class Driver {
    /** Begins the browser, and connects in it; over TLS if it is to trust the certificate with this public key. */
    async open({ trusted, ...named }) {
        const script = await bundle()
        this.pages = createServer((request, response) => {
            const isScript = request.url === '/page.js'
            response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
            response.end(isScript ? script : '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>')
        })
        await new Promise((done) => this.pages.listen(0, '127.0.0.1', done))
        // Where the harness keeps what belongs to the run.
        const profile = await mkdtemp(join(process.cwd(), 'chromium-'))
        const args = trusted ? [...QUIET, `--ignore-certificate-errors-spki-list=${trusted}`] : QUIET
        this.browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args })
        const page = await this.browser.newPage()
        page.on('console', (line) => console.error(line.text()))
        page.on('pageerror', (error) => console.error(error))
        await page.exposeFunction('tell', tell)
        // A page of this machine is a secure context: GramJS needs its crypto.
        await page.goto(`http://127.0.0.1:${this.pages.address().port}/`)
        for (const command of await page.evaluate(() => Object.keys(window.driver))) {
            this[command] = (named) => page.evaluate(([command, named]) => window.driver[command](named), [command, named])
        }
        return this.open({ ...named, tls: Boolean(trusted) })
    }

    async end() {
        await this.browser?.close()
        this.pages?.close()
    }
}

await serve(new Driver())

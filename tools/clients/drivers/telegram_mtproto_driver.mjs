// Drives telegram-mtproto, of layer 57: over HTTP alone, with MTProto 1.0.

import { createRequire } from 'node:module'

import { MethodsDriver } from './methods.mjs'
import { serve, withKey } from './protocol.mjs'

// It writes a lot, and what it writes must not be taken for what this driver tells.
console.log = console.info = console.dir = console.error
const require = createRequire(import.meta.url)
const { MTProto } = require('telegram-mtproto')
const { setUpdatesProcessor } = require('telegram-mtproto/lib/service/networker')

const LAYER = 57

class Driver extends MethodsDriver {
    open(named) {
        return withKey(() => this.connect(named), /new_nonce_hash1 mismatch|REQUEST_FAILED/)
    }

    async connect({ host, port, key }) {
        this.client = MTProto({
            server: { dcList: [{ id: 2, host, port }] },
            app: { publicKeys: [{ modulus: key.modulus, exponent: '010001' }] },
            api: { layer: LAYER, api_id: 1 },
        })
        setUpdatesProcessor((updates) => this.learn(updates))
        // It cannot read an error where the answer would be a vector.
        const authorized = await this.isAuthorized('users.getFullUser', { id: { _: 'inputUserSelf' } }, 'type')
        return { layer: LAYER, authorized }
    }

    invoke(method, params) {
        return this.client(method, params, { dcID: 2, createNetworker: true })
    }

    random() {
        return Array.from({ length: 2 }, () => Math.floor(Math.random() * 2 ** 31))
    }

    message({ from_id, to_id, out, reply_to_msg_id = null }) {
        return { peer: out ? to_id.user_id : from_id, sender: from_id, reply_to: reply_to_msg_id }
    }

    async sign_up({ phone, code, first_name }) {
        const { phone_code_hash, phone_registered } = await this.call('auth.sendCode', {
            phone_number: phone, api_id: 1, api_hash: 'piltover',
        })
        if (phone_registered) throw new Error('an unknown number is registered')
        const named = { phone_number: phone, phone_code_hash, phone_code: code }
        const refused = await this.call('auth.signIn', named).catch((error) => error)
        if (refused.type !== 'PHONE_NUMBER_UNOCCUPIED') throw new Error('an unknown number could sign in')
        const { user } = await this.call('auth.signUp', { ...named, first_name, last_name: '' })
        await this.call('updates.getState')
        return user.id
    }
}

await serve(new Driver())

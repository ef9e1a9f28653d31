// Drives @mtproto/core.

import MTProto from '@mtproto/core'

import { MethodsDriver } from './methods.mjs'
import { serve, withKey } from './protocol.mjs'

const LAYER = 158 // Its own constant, which it does not export.
/** It copies a sign-in to every data centre that it knows: to this one, over a connection and a key of its own. */
const OTHER_DC = 4
const SELF = [{ _: 'inputUserSelf' }]

class Driver extends MethodsDriver {
    attempts = 0

    open(named) {
        return withKey(() => this.connect(named), /Invalid hash in mt_dh_gen_ok/)
    }

    async connect({ host, port, key, session }) {
        const storageOptions = { path: `${session}-${this.attempts += 1}` }
        this.client = new MTProto({ api_id: 1, api_hash: 'piltover', storageOptions })
        this.client.dcList = [2, OTHER_DC].map((id) => ({ id, ip: host, port }))
        this.client.crypto.rsa.getPublisKeysByHex = async () => ({
            [key.fingerprint.hex]: { modulus: key.modulus, exponent: '010001' },
        })
        for (const name of ['updates', 'updatesCombined', 'updateShort']) {
            this.client.updates.on(name, (updates) => this.learn(updates))
        }
        await this.call('help.getConfig', {}, { dcId: OTHER_DC })
        const authorized = await this.isAuthorized('users.getUsers', { id: SELF }, 'error_message')
        return { layer: LAYER, authorized }
    }

    async invoke(method, params, options) {
        try {
            return await this.client.call(method, params, options)
        } catch (error) {
            // They are plain objects.
            throw Object.assign(new Error(`${method}: ${error.error_code} ${error.error_message}`), error)
        }
    }

    random() {
        return String(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER))
    }

    message({ peer_id, from_id, reply_to }) {
        return {
            peer: Number(peer_id.user_id),
            sender: Number((from_id ?? peer_id).user_id),
            reply_to: reply_to?.reply_to_msg_id ?? null,
        }
    }

    async sign_up({ phone, code, first_name }) {
        const { phone_code_hash } = await this.call('auth.sendCode', { phone_number: phone, settings: { _: 'codeSettings' } })
        const named = { phone_number: phone, phone_code_hash }
        const refused = await this.call('auth.signIn', { ...named, phone_code: code })
        if (refused._ !== 'auth.authorizationSignUpRequired') throw new Error('an unknown number could sign in')
        const { user } = await this.call('auth.signUp', { ...named, first_name, last_name: '' })
        // Updates come from the first one.
        const query = { _: 'users.getUsers', id: SELF }
        const [there] = await this.call('invokeWithoutUpdates', { query }, { dcId: OTHER_DC })
        if (there.id !== user.id) throw new Error(`the other data centre takes ${there.id} for ${user.id}`)
        await this.call('updates.getState')
        return Number(user.id)
    }
}

await serve(new Driver())

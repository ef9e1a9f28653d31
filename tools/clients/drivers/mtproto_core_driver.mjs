// Drives @mtproto/core, which leaves everything above the methods of the API to whoever uses it.

import MTProto from '@mtproto/core'

import { serve, tell, withKey } from './protocol.mjs'

const LAYER = 158 // Its own constant, which it does not export.
/** It copies a sign-in to every data centre that it knows: to this one, over a connection and a key of its own. */
const OTHER_DC = 4

const capital = (name) => name[0].toUpperCase() + name.slice(1)
const small = (name) => name[0].toLowerCase() + name.slice(1)
const random = () => String(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER))

class Driver {
    users = new Map()

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
        const authorized = await this.call('users.getUsers', { id: [{ _: 'inputUserSelf' }] })
            .then(() => true, (error) => {
                if (error.error_message === 'AUTH_KEY_UNREGISTERED') return false
                throw error
            })
        return { layer: LAYER, authorized }
    }

    async call(method, params, options) {
        try {
            const result = await this.client.call(method, params, options)
            for (const user of result.users ?? []) this.users.set(Number(user.id), user)
            return result
        } catch (error) {
            // They are plain objects.
            throw Object.assign(new Error(`${method}: ${error.error_code} ${error.error_message}`), error)
        }
    }

    learn({ users = [], updates = [], update }) {
        for (const user of users) this.users.set(Number(user.id), user)
        for (const { _, message } of update ? [update] : updates) {
            if (_ === 'updateNewMessage' && !message.out) tell({ event: 'message', ...this.told(message) })
        }
    }

    told(message) {
        const { peer_id, from_id } = message
        return {
            peer: Number(peer_id.user_id),
            sender: Number((from_id ?? peer_id).user_id),
            id: message.id,
            text: message.message,
            entities: (message.entities ?? []).map((e) => [capital(e._), e.offset, e.length]),
            out: Boolean(message.out),
            reply_to: message.reply_to?.reply_to_msg_id ?? null,
        }
    }

    input(id) {
        return { _: 'inputPeerUser', user_id: id, access_hash: this.users.get(id).access_hash }
    }

    async sign_up({ phone, code, first_name }) {
        const { phone_code_hash } = await this.call('auth.sendCode', { phone_number: phone, settings: { _: 'codeSettings' } })
        const named = { phone_number: phone, phone_code_hash }
        const refused = await this.call('auth.signIn', { ...named, phone_code: code })
        if (refused._ !== 'auth.authorizationSignUpRequired') throw new Error('an unknown number could sign in')
        const { user } = await this.call('auth.signUp', { ...named, first_name, last_name: '' })
        // Updates come from the first one.
        const query = { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }
        const [there] = await this.call('invokeWithoutUpdates', { query }, { dcId: OTHER_DC })
        if (there.id !== user.id) throw new Error(`the other data centre takes ${there.id} for ${user.id}`)
        await this.call('updates.getState')
        return Number(user.id)
    }

    async import_contact({ phone, first_name }) {
        const contact = { _: 'inputPhoneContact', client_id: random(), phone, first_name, last_name: '' }
        const { imported } = await this.call('contacts.importContacts', { contacts: [contact] })
        return { imported: imported.map((i) => Number(i.user_id)) }
    }

    async send({ peer, text, entities = [] }) {
        const { updates } = await this.call('messages.sendMessage', {
            peer: this.input(peer), message: text, random_id: random(),
            entities: entities.map(([name, offset, length]) => ({ _: small(name), offset, length })),
        })
        return this.told(updates.find(({ _ }) => _ === 'updateNewMessage').message)
    }

    async latest({ peer, limit }) {
        const { messages } = await this.call('messages.getHistory', { peer: this.input(peer), limit })
        return messages.map((message) => this.told(message))
    }
}

await serve(new Driver())

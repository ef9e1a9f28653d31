// Drives telegram-mtproto, of layer 57: over HTTP alone, with MTProto 1.0.

import { createRequire } from 'node:module'

import { serve, tell, withKey } from './protocol.mjs'

// It writes a lot, and what it writes must not be taken for what this driver tells.
console.log = console.info = console.dir = console.error
const require = createRequire(import.meta.url)
const { MTProto } = require('telegram-mtproto')
const { setUpdatesProcessor } = require('telegram-mtproto/lib/service/networker')

const LAYER = 57
const capital = (name) => name[0].toUpperCase() + name.slice(1)
const small = (name) => name[0].toLowerCase() + name.slice(1)
const random = () => Array.from({ length: 2 }, () => Math.floor(Math.random() * 2 ** 31))

class Driver {
    users = new Map()

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
        const authorized = await this.call('users.getFullUser', { id: { _: 'inputUserSelf' } })
            .then(() => true, (error) => {
                if (error.type === 'AUTH_KEY_UNREGISTERED') return false
                throw error
            })
        return { layer: LAYER, authorized }
    }

    async call(method, params = {}) {
        const result = await this.client(method, params, { dcID: 2, createNetworker: true })
        for (const user of result.users ?? []) this.users.set(user.id, user)
        return result
    }

    learn({ users = [], updates = [], update }) {
        for (const user of users) this.users.set(user.id, user)
        for (const { _, message } of update ? [update] : updates) {
            if (_ === 'updateNewMessage' && !message.out) tell({ event: 'message', ...this.told(message) })
        }
    }

    told({ from_id, to_id, id, message, entities = [], out = false, reply_to_msg_id = null }) {
        return {
            peer: out ? to_id.user_id : from_id,
            sender: from_id,
            id,
            text: message,
            entities: entities.map((e) => [capital(e._), e.offset, e.length]),
            out,
            reply_to: reply_to_msg_id,
        }
    }

    input(id) {
        return { _: 'inputPeerUser', user_id: id, access_hash: this.users.get(id).access_hash }
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

    async import_contact({ phone, first_name }) {
        const contact = { _: 'inputPhoneContact', client_id: random(), phone, first_name, last_name: '' }
        const { imported } = await this.call('contacts.importContacts', { contacts: [contact], replace: false })
        return { imported: imported.map((i) => i.user_id) }
    }

    async send({ peer, text, entities = [] }) {
        const { updates } = await this.call('messages.sendMessage', {
            peer: this.input(peer), message: text, random_id: random(),
            entities: entities.map(([name, offset, length]) => ({ _: small(name), offset, length })),
        })
        return this.told(updates.find(({ _ }) => _ === 'updateNewMessage').message)
    }

    async latest({ peer, limit }) {
        const { messages } = await this.call('messages.getHistory', {
            peer: this.input(peer), offset_id: 0, offset_date: 0, add_offset: 0, limit, max_id: 0, min_id: 0,
        })
        return messages.map((message) => this.told(message))
    }
}

await serve(new Driver())

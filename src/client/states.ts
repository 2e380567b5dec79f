import type { EchoError } from '../shared/echoError.ts'
import type { DeviceId, IdentityId, ItemId, SpaceId } from '../shared/ids.ts'
import type { Profile } from '../identity/profileRecord.ts'
import type { Role } from '../access/membershipLog.ts'
import type { Copies } from '../replication/blocks/copyExchange.ts'
import type { Activity } from '../replication/presence/presenceMessage.ts'

/** State unions a UI shows; `status` is the tag of each. */

export type EchoState =
  | { readonly status: 'opening' }
  /** A passphrase locks what is stored: `echo.passphrase.unlock`. */
  | { readonly status: 'locked' }
  | { readonly status: 'ready' }
  | { readonly status: 'error'; readonly error: EchoError }
  | { readonly status: 'disposed' }

export type IdentityState =
  | { readonly status: 'loading' }
  /** Who is here is locked by a passphrase. */
  | { readonly status: 'locked' }
  /** Nobody is here yet: create or recover. */
  | { readonly status: 'none' }
  /** Working, but the 24 words were not confirmed as written down. */
  | { readonly status: 'unsaved'; readonly identity: IdentityInfo }
  | { readonly status: 'ready'; readonly identity: IdentityInfo }

export interface IdentityInfo extends Profile {
  readonly id: IdentityId
}

/** One of the person's own devices. */
export interface DeviceInfo {
  readonly id: DeviceId
  readonly isThis: boolean
  /** As the person calls it, at first after browser and system; empty while nothing has come of it yet. */
  readonly name: string
  /** When it came, by its own clock, in milliseconds since the Unix epoch; undefined as `name` is empty. */
  readonly addedAt: number | undefined
  /** This one, or in touch with it now. */
  readonly isOnline: boolean
  /** Whether it can be shut out from here: `with-phrase` where this device is no older one and has not the words. */
  readonly revocable: 'yes' | 'with-phrase' | 'no'
}

/** Someone met in a space. */
export interface ContactInfo extends Profile {
  readonly id: IdentityId
  /** The spaces shared now, of those that are open here; none: met on another device, or formerly. */
  readonly spaces: readonly SpaceId[]
}

/** A member of a space: the profile that the person signed last, or the name given at admission. Names are the persons' own word. */
export interface MemberInfo extends Profile {
  readonly id: IdentityId
  readonly role: Role
  readonly isMe: boolean
  /** What the person's liveliest tab or device in the space says of itself; `offline`: none is here. */
  readonly activity: Activity | 'offline'
  readonly deviceCount: number
  /**
   * Of the colour in which the person is drawn, in degrees of OKLCH: another one for each of up to twelve members, the same on every device. It may
   * change when members come or go.
   */
  readonly hue: number
}

export type SpaceState =
  | { readonly status: 'opening'; readonly progress: number }
  /**
   * Joined, but not everything the host named has arrived. `progress` from 0 to 1; `stalled`: nothing came for 30 s. Who does not want to wait for
   * another member calls `echo.spaces.openAsIs(id)`.
   */
  | { readonly status: 'first-sync'; readonly progress: number; readonly stalled: boolean }
  | { readonly status: 'ready' }
  /**
   * Somebody removed this person or device: what is here stays readable, and can be neither changed nor kept up to date. `by` is oneself where another
   * device of one's own, or the phrase, shut this one out. `since`: when this device heard of it, in milliseconds since the Unix epoch.
   */
  | { readonly status: 'removed'; readonly by: readonly PersonName[]; readonly since: number }
  /** As `removed`, by one's own will. */
  | { readonly status: 'left'; readonly since: number }
  /** No key opens here yet; asking peers. */
  | { readonly status: 'waiting-for-key' }
  /** Not open in this tab. `byChoice`: the person has closed it, on this device; `echo.spaces.open` opens it again. */
  | { readonly status: 'closed'; readonly byChoice?: true }
  | { readonly status: 'not-found' }
  | { readonly status: 'damaged'; readonly error: EchoError }

/** A person as a sentence names one. */
export interface PersonName {
  readonly id: IdentityId
  readonly name: string
  readonly isMe: boolean
}

export interface SpaceInfo {
  readonly id: SpaceId
  readonly name: string
  readonly role: Role
  readonly memberCount: number
  readonly state: SpaceState
}

/** Host's side of an invitation. */
export type InviteState =
  | { readonly status: 'idle' }
  | { readonly status: 'creating' }
  /** The link is out. `verifying`: a guest is being asked for the code. */
  | ({ readonly status: 'waiting' | 'connecting' | 'verifying' } & OpenInvitation)
  /** Guests wait until somebody decides: `approve` or `deny` them. */
  | ({ readonly status: 'approving'; readonly requests: readonly JoinRequest[] } & OpenInvitation)
  | { readonly status: 'admitting'; readonly guestName: string }
  /** Of an invitation for one person. One for several goes on `waiting`, with the names in `joined`. */
  | { readonly status: 'success'; readonly guestName: string }
  | { readonly status: 'expired' }
  /** Everyone came for whom it was; `locked`: three wrong codes ended it. */
  | { readonly status: 'used-up'; readonly joined: readonly string[]; readonly locked: boolean }
  | { readonly status: 'cancelled' }
  | { readonly status: 'error'; readonly error: EchoError; readonly retryable: boolean }

/** An invitation that guests can follow. */
export interface OpenInvitation {
  readonly url: string
  /** Six digits to be told by another way than the link. */
  readonly code: string | undefined
  readonly expiresAt: number
  readonly role: Role
  readonly usesLeft: number
  /** Names of those who came in while this page hosts. */
  readonly joined: readonly string[]
}

/** Somebody who waits for a decision about joining. */
export interface JoinRequest {
  /** Device key in hexadecimal. */
  readonly guest: string
  /** Unverified: whoever asks names himself. */
  readonly name: string
  /** What a new device shows, too, where digits are compared; let it in only if they are the same. */
  readonly digits?: string
}

/** An invitation that a new device of the person's can follow. */
export interface OpenPairing {
  /** As a link, or drawn as a QR code. */
  readonly url: string
  /** Six digits to be typed on the new device; undefined where both devices show digits instead. */
  readonly code: string | undefined
  readonly expiresAt: number
}

/** The side of the device that is there, while another is added. */
export type AddDeviceState =
  | { readonly status: 'idle' }
  | { readonly status: 'creating' }
  /** The link is out. `verifying`: the code is being asked for on the new device. */
  | ({ readonly status: 'waiting' | 'connecting' | 'verifying' } & OpenPairing)
  /** Somebody has the link, and the code where there is one: `approve` or `deny`. */
  | ({ readonly status: 'approving'; readonly requests: readonly JoinRequest[] } & OpenPairing)
  | { readonly status: 'admitting'; readonly deviceName: string }
  | { readonly status: 'success'; readonly deviceName: string }
  | { readonly status: 'expired' }
  /** Used, or `locked` by three wrong codes. */
  | { readonly status: 'used-up'; readonly locked: boolean }
  | { readonly status: 'cancelled' }
  | { readonly status: 'error'; readonly error: EchoError; readonly retryable: boolean }

/** What a link says before anything is redeemed. Names are unverified: whoever made the link chose them. */
export interface InvitationPreview {
  readonly spaceName: string | undefined
  readonly inviterName: string | undefined
  readonly role: Role | undefined
  readonly expiresAt: number | undefined
}

/** What whoever follows a link goes through, to a space or to a person's devices. Deadlines are in ms since the Unix epoch. */
export type GuestState =
  | { readonly status: 'idle' }
  | { readonly status: 'invalid'; readonly error: EchoError }
  | { readonly status: 'preview'; readonly preview: InvitationPreview }
  | { readonly status: 'connecting'; readonly preview: InvitationPreview; readonly slow: boolean }
  /** Nobody answers in the room yet; goes on trying until `deadline`. */
  | { readonly status: 'peer-offline'; readonly preview: InvitationPreview; readonly deadline: number }
  /** The code is asked for: `submitCode`. `wrong-code`: what was typed last was not it. */
  | {
      readonly status: 'verifying' | 'wrong-code'
      readonly preview: InvitationPreview
      readonly attemptsLeft: number
      readonly deadline: number
      /** A code was typed and is on its way. */
      readonly isChecking: boolean
    }
  /** The host's person decides. */
  | { readonly status: 'pending-approval'; readonly preview: InvitationPreview; readonly deadline: number }
  | { readonly status: 'syncing'; readonly preview: InvitationPreview; readonly progress: number | undefined }
  | { readonly status: 'expired' }
  | { readonly status: 'revoked' }
  | { readonly status: 'used-up' }
  | { readonly status: 'denied' }
  | { readonly status: 'cancelled'; readonly by: 'me' | 'host' }
  | { readonly status: 'error'; readonly error: EchoError; readonly retryable: boolean }

/** Guest's side of an invitation to a space. */
export type JoinState =
  | GuestState
  | { readonly status: 'needs-identity'; readonly preview: InvitationPreview }
  /** `path`: where the link wants to go in the app; whoever made the link chose it. */
  | { readonly status: 'success'; readonly space: SpaceId; readonly alreadyMember: boolean; readonly path?: string }

/** The new device's side of a pairing. */
export type PairState =
  | GuestState
  /** Somebody is here already, with spaces or words of their own, which nothing may take away: sign out first, or use another browser profile. */
  | { readonly status: 'occupied'; readonly spaces: number }
  /** The other device shows six digits, too: `confirm` where they are the same, else `cancel`. */
  | {
      readonly status: 'comparing'
      readonly preview: InvitationPreview
      readonly digits: string
      readonly deadline: number
      readonly isConfirmed: boolean
    }
  /** This device is one of the person's, or was already; spaces that are not here yet are coming. */
  | { readonly status: 'success' }

/** Where what was written here has been stored. */
export interface SavedState {
  /** Edits that are not on this device's disk yet, which a crash now would lose. */
  readonly unsaved: number
  /**
   * Who else has stored all that this device wrote, as they said themselves since this page was opened, whether they are here now or not: `own` other
   * devices of this person, and `others`, other members with at least one device that has it. None while anything is unsaved or on its way.
   */
  readonly copies: Copies
  /** Edits made in this page since the last moment when somebody else had stored everything. */
  readonly waiting: number
}

/** How far a space's data has travelled. */
export type SyncStatus = SavedState &
  (
    | { readonly status: 'offline'; readonly error?: EchoError }
    /** No signaling server has answered yet. */
    | { readonly status: 'connecting' }
    /** On the network, and nobody else of the space is: nothing to wait for. */
    | { readonly status: 'alone' }
    /** Receiving blocks: `received` of `total`; or, with a total of 0, sending what takes longer than a moment. */
    | { readonly status: 'syncing'; readonly peers: number; readonly received: number; readonly total: number }
    /** Everything local was handed to `peers` connected members, and all they have is here. */
    | { readonly status: 'up-to-date'; readonly peers: number }
    /** Some of what members wrote can only be read by a newer version of this app: reload the page. All else is exchanged. */
    | { readonly status: 'newer-version'; readonly peers: number }
    /** Edits cannot be stored (disk full, no database): they live in this tab only. */
    | { readonly status: 'error'; readonly error: EchoError }
  )

/** Someone present in a space now. */
export interface PresentPeer<Data = unknown> {
  readonly identity: IdentityId
  /** One per tab or device: the same person can be here twice. */
  readonly key: string
  readonly name: string
  readonly activity: Activity
  /** The item that the person types in; the peer's own word, so perhaps of nothing that is here. */
  readonly typing: ItemId | undefined
  readonly data: Data | undefined
}

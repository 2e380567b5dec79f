/** What a scanner needs of the browser. */
export interface QrCamera {
  /** Asks for the camera. @throws (rejects) DOMException as getUserMedia does, or TypeError where there is none to ask for */
  open(): Promise<MediaStream>
  /** Brings what reads QR codes. @throws (rejects) where it cannot be fetched */
  createReader(): Promise<QrReader>
}

/** The texts of the QR codes in a picture. */
export type QrReader = (video: HTMLVideoElement) => Promise<readonly string[]>

interface Detector {
  detect(image: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorClass = (new (options: { formats: ['qr_code'] }) => Detector) & { getSupportedFormats(): Promise<readonly string[]> }

/** The camera that looks away from the person, where there are two, and the browser's own reader or, where it has none, one that is fetched. */
export const browserCamera: QrCamera = {
  open: () => navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }),
  async createReader() {
    const native = (globalThis as { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector
    const formats = (await native?.getSupportedFormats().catch((): readonly string[] => [])) ?? []
    const isNative = formats.includes('qr_code')
    const Found = isNative ? native! : ((await import('qr/decode.js')).BarcodeDetector as DetectorClass)
    const detector = new Found({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video)).map(({ rawValue }) => rawValue)
  },
}

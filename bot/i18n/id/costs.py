"""Indonesian: what streams and host cost, and what still fits."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "alert.cpu": "{name} memakai {value} % dari satu inti selama {time} (batas: {limit} %).",
    "alert.cpu_usual": "{name} memakai {value} % dari satu inti selama {time} (biasanya: {usual} %).",
    "alert.memory": "{name} memakai {value} MiB memori selama {time} (batas: {limit} MiB).",
    "alert.memory_usual": "{name} memakai {value} MiB memori selama {time} (biasanya: {usual} MiB).",
    "alert.resource_over": "{name} kembali normal setelah {time}.",
    "alert.bitrate": "{name} → {destination} mengirim {rate} selama {time} (biasanya: {usual}).",
    "alert.bitrate_low": "Gambar atau suaranya mungkin hilang: coba lihat sebentar.",
    "alert.bitrate_high": "Sumber atau encoder-nya berubah: coba lihat sebentar.",
    "alert.bitrate_over": "{name} → {destination} mengirim seperti biasa lagi ({rate}) setelah {time}.",
    "alert.disk": "Disk: sisa {free}. Impor menunggu sampai ada {floor}.",
    "alert.disk_over": "Disk: sisa {free}, sudah cukup lagi.",
    "alert.host_memory": "Memori server {value} % penuh, sudah {time}. "
    "Hentikan satu siaran sebelum sistem mematikannya.",
    "alert.host_memory_over": "Memori server cukup lagi, setelah {time}.",
    "alert.host_lag": "Semua kerjaku terlambat {value} detik, sudah {time}: server kelebihan beban atau disknya macet. "
    "Siaran tetap berjalan, tetapi gangguan terlambat kuketahui.",
    "alert.host_lag_over": "Aku sudah mengejar lagi, setelah {time}.",
    "alert.host_cpu": "CPU server {value} % sibuk, sudah {time}. "
    "Hentikan satu siaran encode sebelum semuanya tersendat.",
    "alert.host_cpu_over": "CPU server longgar lagi, setelah {time}.",
    "health.fits_none": "tidak ada lagi",
    "health.copies": "{n} salinan lagi",
    "health.encodes": "{n} encode lagi",
    "health.either": "{copies}, atau {encodes}",
    "health.copies_by": "salinan menurut",
    "health.encodes_by": "encode menurut",
    "health.by.cpu": "CPU",
    "health.by.memory": "memori",
    "health.by.uplink": "uplink",
    "health.by.limit": "batas",
    "health.fallen": "jatuh, dimulai lagi",
    "health.uplink": "uplink",
    "health.uplink_of": "{now} dari {total}",
    "health.uplink_now": "sekarang {now}",
    "health.uplink_unknown": "tidak ikut dihitung (isi monitor.uplink_mbps)",
    "health.uplink_best": "paling banyak {best} sejauh ini",
    "room.cpu": "{value} % dari satu inti",
    "room.memory": "{value} MiB",
    "card.short.cpu": "⚠️ CPU hampir penuh: siaran ini perlu {needs}, yang tersisa {free}. Siaran bisa tersendat.",
    "card.short.memory": "⚠️ Memori hampir penuh: siaran ini perlu {needs}, yang tersisa {free}. "
    "Sistem bisa mematikan siaran.",
    "card.short.uplink": "⚠️ Uplink hampir penuh: siaran ini perlu {needs}, yang tersisa {free}. Siaran bisa tersendat.",
    "error.overloaded.cpu": "CPU server ini tidak cukup: siaran ini perlu {needs}, yang tersisa {free}. "
    "Hentikan siaran lain dulu.",
    "error.overloaded.memory": "Memori server ini tidak cukup: siaran ini perlu {needs}, yang tersisa {free}. "
    "Hentikan siaran lain dulu.",
    "error.overloaded.uplink": "Uplink server ini tidak cukup: siaran ini perlu {needs}, yang tersisa {free}. "
    "Hentikan siaran lain dulu.",
}

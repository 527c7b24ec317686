"""Indonesian: files that come in, by link or sent in a chat."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.import": "Ambil berkas dari tautan ke pustaka media",
    "command.import.url": "Tautan langsung, atau tautan Google Drive yang publik",
    "command.import.name": "Namanya nanti",
    "import.waiting": "{name}: menunggu giliran",
    "import.receiving": "{name}: {percent} % dari {total}",
    "import.receiving.unknown": "{name}: sudah {received}",
    "import.rate": "{rate}/detik, {left} lagi",
    "import.checking": "{name}: sudah lengkap, sedang diperiksa",
    "import.done": "{name} sudah ada di pustaka ({size}). Siarkan: /startstream",
    "import.failed": "{name} gagal diimpor. {why}",
    "import.broken_off": "{name}: terputus karena layanan dimulai ulang. Kirim lagi tautan atau berkasnya.",
    "import.cancelled": "{name}: dibatalkan. Tidak ada yang disimpan.",
    "import.none": "Tidak ada impor yang berjalan.",
    "import.how": "Kirim berkas ke sini, atau tautan: /import url",
    "error.not_found.import": "Tidak ada impor {name} yang berjalan. /import menampilkan semuanya.",
    "error.limit_exceeded.imports": "Kamu punya {used} impor yang berjalan; paling banyak {allowed}. Tunggu satu "
    "selesai, atau batalkan: /import",
    "error.link_refused.scheme": "Tautan itu tidak bisa dibuka. Awalannya harus https:// atau http://.",
    "error.link_refused.invalid": "Tautan itu rusak. Salin lagi.",
    "error.link_refused.credentials": "Jangan sertakan nama pengguna dan kata sandi di tautan.",
    "error.link_refused.private": "Tautan itu mengarah ke alamat privat. Aku hanya mengambil dari internet publik.",
    "error.link_refused.redirects": "Tautan itu berputar-putar tanpa akhir. Pakai tautan lain.",
    "error.link_refused.not_found": "Tidak ada apa-apa di tautan itu. Salin lagi.",
    "error.link_refused.denied": "Servernya tidak memberikan berkas itu kepadaku. Buat tautannya publik.",
    "error.link_refused.not_a_file": "Tautan itu halaman web, bukan berkas. Salin tautan unduhannya.",
    "error.link_refused.drive_folder": "Itu folder. Buka di Google Drive, lalu salin tautan satu berkas.",
    "error.link_refused.drive_private": "Google Drive hanya membukanya untuk orang tertentu. Bagikan ke 'Siapa saja "
    "yang memiliki link', lalu coba lagi.",
    "error.link_refused.drive_busy": "Berkas itu terlalu sering diambil dari Google Drive. Coba lagi besok, atau buat "
    "salinannya di sana.",
    "error.fetch_failed.away": "Tempat berkas itu tidak bisa dihubungi. Coba lagi nanti.",
    "error.fetch_failed.broke_off": "Koneksinya putus terus. Coba lagi nanti.",
    "error.fetch_failed.refused": "Servernya menolak. Coba tautan lain.",
    "error.fetch_failed.disk": "Berkas tidak bisa ditulis ke disk. Beri tahu admin.",
    "error.no_room.file": "Berkas itu terlalu besar: paling besar {size}. Potong dulu, atau admin menaikkan "
    "media.max_upload_mib.",
    "error.no_room.quota": "Itu melebihi jatahmu: sisa {size}. Hapus yang tidak dipakai lagi: /media",
    "error.no_room.disk": "Disk terlalu penuh: hanya {size} yang masih bisa masuk. Hapus yang tidak dipakai: /media",
    "error.beyond_platform": "{platform} hanya memberi bot paling besar {limit_mb} MB. Kirim tautan saja: /import",
}
